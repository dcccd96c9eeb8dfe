"""Template filters that write money, days, times, countries and languages for the reader."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, get_currency_name
from flask import Flask, g
from flask_babel import get_locale, gettext, ngettext
from markupsafe import Markup, escape

from marketplace.catalogue.geography import city_of, clocks, everywhere, homes, zone_of
from marketplace.catalogue.trip_plans import (
    cannot_text,
    need_text,
    pays_off_text,
    plan_text,
    too_close_text,
    too_many_text,
    trips_of_patient_text,
)
from marketplace.foundation import clock
from marketplace.foundation.values.money import written
from marketplace.words.event import code_text, email_problem, event_title
from marketplace.words.lead import INCLUDED
from marketplace.words.listing import listing_reasons
from marketplace.words.table import Tag, Titled
from marketplace.words.tables import TABLES

MAX_KEPT = 4096  # texts of each kind that are kept as they were written


def _locale() -> Locale:
    return get_locale() or Locale("en")


def money_text(minor: int, currency: str) -> str:
    """Returns "€480" or "£410.50" in the reader's language; `minor` is in minor units."""
    return written(minor, currency, locale=_locale())


def money(minor: int, currency: str) -> Markup:
    """Returns the amount with its number in the markup, so that machines can read it; `minor` is in minor units."""
    return _money(minor, currency, _locale())


@lru_cache(MAX_KEPT)
def _money(minor: int, currency: str, locale: Locale) -> Markup:
    return Markup('<data value="{}" data-currency="{}" class="money">{}</data>').format(
        minor, currency, written(minor, currency, locale=locale)
    )


def difference(minor: int, currency: str, *, amount: Callable[[int, str], Markup] = money) -> Markup:
    """Returns "£612 less" or "£120 more", as `amount` words minor units; `minor` is below 0 for less."""
    if minor == 0:
        return escape(gettext("the same"))
    words = gettext("%(amount)s less") if minor < 0 else gettext("%(amount)s more")
    return escape(words) % {"amount": amount(abs(minor), currency)}


def day(value: date) -> Markup:
    """Returns "12 February 2026" with the date in the markup."""
    on = value.date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), _day_text(on, _locale()))


def day_text(value: date) -> str:
    """Returns "12 February 2026" without markup."""
    return _day_text(value.date() if isinstance(value, datetime) else value, _locale())


@lru_cache(MAX_KEPT)
def _day_text(value: date, locale: Locale) -> str:
    return format_date(value, format="d MMMM y", locale=locale)


def moment(value: datetime, timezone: str | None = None) -> Markup:
    """Returns "12 February 2026 at 16:40 (UTC)"; without `timezone` in the patient's zone where there is one."""
    return _machine_readable(value, _in_zone(value, timezone or zone_of(_home())))


def both_clocks(value: datetime, there: str) -> Markup:
    """Returns the time in the patient's zone and in the clinic's, `there`; once where both agree, the same day once."""
    here, *others = clocks(value, home=_home(), there=there)
    return _machine_readable(
        value, ", ".join([_in_zone(value, here), *(_beside(value, here, zone) for zone in others)])
    )


def _home() -> str | None:
    """Returns the home country of the patient whose page this is; None on other pages."""
    return getattr(g.get("quote_request"), "home_country", None)


def _in_zone(value: datetime, timezone: str) -> str:
    local = value.astimezone(ZoneInfo(timezone))
    return gettext(
        "%(day)s at %(time)s (%(zone)s)",
        day=format_date(local, format="d MMMM y", locale=_locale()),
        time=format_datetime(local, format="HH:mm", locale=_locale()),
        zone=city_of(timezone),
    )


def _beside(value: datetime, here: str, zone: str) -> str:
    """Returns the time in another zone behind that of `here`: the time alone on the same day."""
    local = value.astimezone(ZoneInfo(zone))
    if local.date() != value.astimezone(ZoneInfo(here)).date():
        return _in_zone(value, zone)
    time = format_datetime(local, format="HH:mm", locale=_locale())
    return gettext("%(time)s (%(zone)s)", time=time, zone=city_of(zone))


def _machine_readable(value: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def clock_time(value: datetime, timezone: str = "UTC") -> Markup:
    """Returns "16:40", for places that name the day already."""
    text = format_datetime(value.astimezone(ZoneInfo(timezone)), format="HH:mm", locale=_locale())
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def short_moment(value: datetime) -> Markup:
    """Returns "12 Feb 2026, 16:40" in UTC, for the columns of a table."""
    text = format_datetime(value.astimezone(UTC), format="d MMM y, HH:mm", locale=_locale())
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def signed_by(stored: str) -> str:
    """Returns in the reader's words who checked a claim; stored is "Operator" and the initials."""
    role, _space, initials = stored.partition(" ")
    return gettext("Operator %(initials)s", initials=initials) if role == "Operator" else stored


def duration(minutes: int) -> str:
    """Returns "3 hours" or "2 days": the minutes in the largest unit that is about right."""
    return _duration(max(1, minutes), _locale())


@lru_cache(MAX_KEPT)
def _duration(minutes: int, locale: Locale) -> str:
    return format_timedelta(timedelta(minutes=minutes), locale=locale, threshold=1.5)


def time_left(due: datetime) -> str:
    """Returns "5 hours left" or "2 hours late"."""
    seconds = (due - clock.now()).total_seconds()
    span = duration(max(1, int(abs(seconds) // 60)))
    return gettext("%(span)s left", span=span) if seconds > 0 else gettext("%(span)s late", span=span)


def country_name(code: str) -> str:
    """Returns the country's name in the reader's language, such as Türkiye; an unknown code as it is."""
    name: str = _locale().territories.get(code.upper(), code)
    return name


def country_in_sentence(code: str) -> str:
    """Returns the country's name inside a sentence: "the United Kingdom". Only English has articles."""
    name, known = country_name(code), everywhere().get(code.upper())
    return f"{known.article} {name}" if known and known.article and _locale().language == "en" else name


def in_sentence(name: str) -> str:
    """Returns a name as it is written inside a sentence: in English its first letter is small."""
    begins_small = _locale().language == "en" and not name[1:2].isupper()
    return name[:1].lower() + name[1:] if begins_small else name


def currency_plural(code: str) -> str:
    """Returns the name of several units of a currency, such as "US dollars"."""
    return get_currency_name(code, count=2, locale=_locale())


def language_name(code: str) -> str:
    """Returns the language's name in the reader's language, such as Turkish; an unknown code as it is."""
    name: str = _locale().languages.get(code, code)
    return name


def language_list(codes: Iterable[str]) -> str:
    """Returns the names of languages, separated by commas."""
    return _language_list(tuple(codes), _locale())


@lru_cache(MAX_KEPT)
def _language_list(codes: tuple[str, ...], locale: Locale) -> str:
    return ", ".join(locale.languages.get(code, code) for code in codes)


@lru_cache
def home_choices(_language: Locale) -> list[tuple[str, str]]:
    """Returns the countries that a reader can live in, by their names, as the choices of a list."""
    return [(code.lower(), country_name(code)) for code in sorted(homes(), key=country_name)]


def country_slug(code: str) -> str:
    """Returns the country's name in paths, or its code where no clinics are listed."""
    return homes()[code].slug or code.lower()


def plural_clinics(n: int) -> str:
    """Returns "1 clinic" or "4,001 clinics"."""
    return ngettext("%(number)s clinic", "%(number)s clinics", n, number=format_decimal(n, locale=_locale()))


def first_texts(words: Mapping[str, Tag | Titled]) -> list[tuple[str, str]]:
    """Returns codes with their labels or titles, as the choices of a list."""
    return [(code, str(texts[0])) for code, texts in words.items()]


def install(app: Flask) -> None:
    """Makes the filters known to the templates."""
    moments = (day, day_text, moment, both_clocks, clock_time, short_moment, signed_by, duration, time_left)
    names = (
        currency_plural,
        country_name,
        country_slug,
        country_in_sentence,
        in_sentence,
        language_name,
        language_list,
        plural_clinics,
    )
    plans = (plan_text, need_text, pays_off_text, cannot_text, too_many_text, too_close_text, trips_of_patient_text)
    words = (event_title, code_text, email_problem, first_texts, listing_reasons)
    for function in (money, money_text, difference, *moments, *names, *plans, *words):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["words"] = TABLES
    app.jinja_env.filters["included_word"] = lambda code: str(INCLUDED.patient[code])
    app.jinja_env.filters["iso_day"] = lambda text: day_text(datetime.fromisoformat(text))
    app.jinja_env.filters["lines"] = lambda text: Markup("<br>").join(escape(line) for line in text.split("\n"))
