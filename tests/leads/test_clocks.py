"""A clock that is stopped keeps what is left; one that starts anew is measured from its own start."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from marketplace.foundation import clock
from marketplace.leads import actions, clocks, request_actions
from marketplace.leads.clocks import refresh_reply_times
from marketplace.leads.models import Lead
from marketplace.quotes import stopping
from marketplace.quotes.ending import expire_due, withdraw
from tests.factories import Make, build_lead, build_quote

HOUR = timedelta(hours=1)
A_LITTLE = timedelta(seconds=2)
WEEKDAYS = {"mon-fri": "09:00-18:00"}


withdrawn = partial(withdraw, reason="mistake")


def at(moment: datetime, verb: Any, *given: Any) -> None:
    with clock.set_to(moment):
        verb(*given)


def suspend(lead: Lead) -> None:
    stopping.suspend(lead.clinic, reasons=["patient_report"], statement="Reports.")


def test_frozen_time_is_not_used_up(make_lead: Make) -> None:
    lead = make_lead()
    start = lead.new_at
    at(start + 10 * HOUR, suspend, lead)
    at(start + 110 * HOUR, stopping.reinstate, lead.clinic)
    # What was left, and two hours to read what changed.
    assert lead.due_at - start == pytest.approx((110 + 38 + 2) * HOUR, abs=A_LITTLE)


@pytest.mark.parametrize("thaws_at", [50, 70])
def test_a_pause_and_a_freeze_at_once_stop_it_once(make_lead: Make, thaws_at: int) -> None:
    lead = make_lead()
    start = lead.new_at
    at(start + 10 * HOUR, request_actions.pause, lead.request)
    at(start + 20 * HOUR, suspend, lead)
    if thaws_at > 60:
        at(start + 60 * HOUR, request_actions.reopen, lead.request)
    at(start + thaws_at * HOUR, stopping.reinstate, lead.clinic)
    if thaws_at < 60:
        at(start + 60 * HOUR, request_actions.reopen, lead.request)
    assert lead.due_at - start == pytest.approx((max(thaws_at, 60) + 38 + 2) * HOUR, abs=A_LITTLE)


def test_frozen_time_is_no_silence(make_lead: Make) -> None:
    leads = [make_lead()]
    leads += [make_lead(leads[0].clinic, email=f"p{n}@patient.example") for n in range(4)]
    start = leads[0].new_at
    at(start + HOUR, suspend, leads[0])
    at(start + 101 * HOUR, stopping.reinstate, leads[0].clinic)
    for lead in leads:
        at(start + 102 * HOUR, actions.decline, lead, "no_dates")
    assert leads[0].clinic.reply_minutes == 120


def test_a_reply_time_is_counted_anew_when_a_lead_is_90_days_old(make_lead: Make) -> None:
    leads = [make_lead()]
    leads += [make_lead(leads[0].clinic, email=f"p{n}@patient.example") for n in range(5)]
    clinic, start = leads[0].clinic, leads[0].new_at
    leads[0].new_at = start - timedelta(days=30)
    for lead, hours in zip(leads, (1, 2, 3, 4, 5, 6), strict=True):
        at(start + hours * HOUR, actions.decline, lead, "no_dates")
    before, due = clinic.reply_minutes, start + timedelta(days=60)
    with clock.set_to(due + HOUR):
        counted = [clocks.recount_reply_times_due(moment) for moment in (due - HOUR, due + HOUR, due + HOUR)]
    assert (counted, before, clinic.reply_minutes) == ([0, 1, 0], 240, 240)


def test_while_it_is_frozen_it_is_counted_up_to_then(make_lead: Make) -> None:
    lead = make_lead()
    at(lead.new_at + HOUR, suspend, lead)
    with clock.set_to(lead.new_at + 1000 * HOUR):
        assert clocks.expire_due(clock.now()) == clocks.remind_due(clock.now()) == 0
        refresh_reply_times(lead.clinic)
    assert lead.clinic.leads_sent == 0


def test_half_the_time_counts_from_the_clock_that_runs(app: object, db_session: object) -> None:
    quote = build_quote()
    later = clock.now() + timedelta(days=40)
    with clock.set_to(later):
        expire_due(later)
    lead = quote.lead
    assert clocks.remind_due(later + HOUR) == 0
    assert clocks.remind_due(later + (lead.due_at - later) / 2) == 1


def test_a_reminder_of_the_first_clock_is_none_of_the_second(make_lead: Make) -> None:
    lead = make_lead()
    assert clocks.remind_due(lead.new_at + 25 * HOUR) == 1
    withdrawn(build_quote(lead))
    assert lead.reminded_at is None


def test_a_clock_started_in_a_pause_is_shifted_by_its_own_part(make_quote: Make) -> None:
    quote = make_quote()
    lead, start = quote.lead, clock.now()
    at(start, request_actions.pause, lead.request)
    at(start + 100 * HOUR, withdrawn, quote)
    at(start + 110 * HOUR, request_actions.reopen, lead.request)
    assert lead.due_at - start == pytest.approx((100 + 48 + 10) * HOUR, abs=A_LITTLE)


def test_after_a_withdrawal_it_is_due_when_the_clinic_is_open(make_clinic: Make) -> None:
    clinic = make_clinic(hours=WEEKDAYS, timezone="UTC")
    quote = build_quote(build_lead(clinic))
    today = clock.now().replace(hour=3, minute=0, second=0, microsecond=0)
    friday_night = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    at(friday_night, withdrawn, quote)
    assert quote.lead.due_at == friday_night + timedelta(days=3, hours=8)  # Monday, two hours after it opens


def test_the_first_look_stays_the_first(make_lead: Make) -> None:
    lead = make_lead()
    actions.open_lead(lead)
    first = lead.opened_at
    quote = build_quote(lead)
    at(first + HOUR, withdrawn, quote)
    assert (lead.state, lead.opened_at) == ("opened", first)
