"""Days, moments and places as emails say them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time

from marketplace.catalogue.geography import city_of, clocks
from marketplace.clinics.models import Clinic


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
