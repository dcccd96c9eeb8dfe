"""Renders an email: one template gives subject, text part and HTML part; and how emails say days and places."""

import re
import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from marketplace.catalogue.geography import city_of, clocks
from marketplace.clinics.models import Clinic

_WIDTH = 76
_GAPS = re.compile(r"\n{3,}")


class EmailText(NamedTuple):
    """What a reader gets."""

    subject: str
    text: str
    html: str


def render(name: str, *, context: Mapping[str, Any], locale: str) -> EmailText:
    """Renders templates/emails/<name>.html twice, in the reader's language: as text and as HTML.

    Raises UndefinedError where the template prints what `context` does not have.
    """
    shared = {**context, "lang": locale, "dir": Locale.parse(locale).text_direction}
    as_text, as_html = _environments()
    with force_locale(locale):
        subject, text = _rendered(as_text, name, "txt", context=shared)
        _, html = _rendered(as_html, name, "html", context={**_in_html(shared), "subject": subject})
    return EmailText(subject, _tidy(text), html)


def one_line(value: str | int) -> str:
    """The value without line breaks and double spaces: it can neither end a line nor begin one."""
    text = value if isinstance(value, str) else str(value)
    space = Markup(" ") if isinstance(text, Markup) else " "  # what is safe HTML stays so
    return space.join(text.split())


def _rendered(env: Environment, name: str, kind: str, *, context: Mapping[str, Any]) -> tuple[str, str]:
    """The subject and the whole of one part, with the layout and the macros (`parts`) of its kind."""
    # Not render_template: what pages start from (a session, a theme) does not exist where jobs run.
    template = env.get_template(f"emails/{name}.html")
    values = {**context, "layout": f"emails/_layout.{kind}", "parts": f"emails/_parts.{kind}"}
    subject = "".join(template.blocks["subject"](template.new_context(values)))
    return one_line(subject), template.render(values)


def _environments() -> tuple[Environment, Environment]:
    """For text, which escapes nothing, and for HTML, which escapes everything; made once an app."""
    made: tuple[Environment, Environment] | None = current_app.extensions.get("email_text")
    if made is None:
        made = _environment(autoescape=False), _environment(autoescape=True)
        current_app.extensions["email_text"] = made
    return made


def _environment(*, autoescape: bool) -> Environment:
    # No bytecode cache: it goes by the template's name alone, and would mix what escapes with what does not.
    env = current_app.jinja_env.overlay(autoescape=autoescape, undefined=StrictUndefined, bytecode_cache=None)
    env.filters = {**env.filters, "one_line": one_line}
    return env


def _in_html(context: Mapping[str, Any]) -> dict[str, Any]:
    """A reference stays on one line, also in a heading."""
    whole = Markup('<span style="white-space:nowrap;">{}</span>').format(context["reference"])
    return {**context, "reference": whole}


def _tidy(text: str) -> str:
    """No line longer than a plain-text reader shows, no gap longer than one empty line."""
    lines = (_wrapped(line.strip()) for line in text.splitlines())
    return _GAPS.sub("\n\n", "\n".join(lines)).strip() + "\n"


def _wrapped(line: str) -> str:
    if len(line) <= _WIDTH and "\t" not in line:
        return line
    # Addresses stay whole: a broken one does not open.
    return textwrap.fill(
        line,
        _WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent="  " if line.startswith("- ") else "",
    )


def day(value: date, *, locale: str) -> str:
    """12 February 2026."""
    return format_date(value, "d MMMM y", locale=locale)


def short_day(value: date, *, locale: str) -> str:
    """30 April: the year goes without saying."""
    return format_date(value, "d MMMM", locale=locale)


def clock_time(moment: datetime, *, timezone: str, locale: str = "en") -> str:
    """16:40 on the reader's own clock."""
    return format_time(moment, "HH:mm", tzinfo=ZoneInfo(timezone), locale=locale)


def clock_city(clinic: Clinic) -> str:
    """Istanbul: whose clock it is, short enough for a subject; where the city is not, that of its time zone."""
    return clinic.city if len(clinic.city) <= 20 else clinic.timezone.rpartition("/")[2].replace("_", " ")


def local_day(moment: datetime, *, timezone: str, locale: str = "en") -> str:
    """24 November on the reader's own calendar."""
    return short_day(moment.astimezone(ZoneInfo(timezone)).date(), locale=locale)


def local_moment(moment: datetime, *, timezone: str, locale: str = "en") -> str:
    """24 November 2026, 16:40 on the reader's own clock."""
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=ZoneInfo(timezone), locale=locale)


def both_clocks(moment: datetime, *, home: str | None, there: str, locale: str) -> str:
    """24 November 2026, 13:40 (London), 16:40 (Istanbul): by the reader's clock at home and by the clinic's."""
    zones = clocks(moment, home=home, there=there)
    days = [moment.astimezone(ZoneInfo(zone)).date() for zone in zones]
    patterns = ["d MMMM y, HH:mm", "HH:mm" if len(set(days)) == 1 else "d MMMM y, HH:mm"]
    return ", ".join(
        f"{format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=locale)} ({city_of(zone)})"
        for zone, pattern in zip(zones, patterns, strict=False)
    )


def place(clinic: Clinic, *, locale: str) -> str:
    """Istanbul, Türkiye."""
    country = Locale.parse(locale).territories.get(clinic.country.upper(), clinic.country)
    return f"{clinic.city}, {country}"
