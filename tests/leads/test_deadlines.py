"""48 real hours; where the clinic is closed then, two hours after it opens."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.leads.deadlines import due_at

HOURS = {"mon-fri": "09:00-18:00"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_open_then_it_is_48_hours() -> None:
    assert due_at(at("2026-11-23T10:00"), hours=HOURS, timezone="UTC") == at("2026-11-25T10:00")


def test_at_night_it_is_two_hours_after_opening() -> None:
    assert due_at(at("2026-11-23T22:00"), hours=HOURS, timezone="UTC") == at("2026-11-26T11:00")


def test_over_a_weekend_it_is_monday() -> None:
    assert due_at(at("2026-11-26T20:00"), hours=HOURS, timezone="UTC") == at("2026-11-30T11:00")


def test_the_hours_are_the_clinics_own() -> None:
    assert due_at(at("2026-11-23T05:00"), hours=HOURS, timezone="Europe/Istanbul") == at("2026-11-25T08:00")


def test_without_hours_it_is_48_hours() -> None:
    assert due_at(at("2026-11-27T03:00"), hours={}, timezone="UTC") == at("2026-11-29T03:00")


@given(
    st.datetimes(at("2026-01-01").replace(tzinfo=None), at("2027-01-01").replace(tzinfo=None)),
    st.sampled_from(["UTC", "Asia/Bangkok", "America/New_York"]),
)
def test_never_before_48_hours_and_never_over_a_week(sent: datetime, timezone: str) -> None:
    moment = sent.replace(tzinfo=UTC)
    wait = due_at(moment, hours=HOURS, timezone=timezone) - moment
    assert timedelta(hours=48) <= wait <= timedelta(days=6)
