"""Clinics are told that a patient changed answers: once until they have looked, never what was changed."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.foundation import clock
from marketplace.leads.consent import REVOKED, write_consent
from marketplace.leads.models import Lead
from marketplace.leads.queries import mark_changes_seen, unseen_changes
from marketplace.leads.states import FREEZES, READING, LeadState
from marketplace.mail import change_notifications, delivery
from marketplace.quote_requests import answer_changes, drafts
from marketplace.quote_requests.states import Purpose
from tests.factories import build_clinic, build_lead, stored_lead
from tests.outbox import emails, jobs_of, only

NAME = "answers_changed"


@pytest.fixture
def lead(app: Flask) -> Lead:
    return build_lead(conditions=["allergy"])


def change(lead: Lead, **answers: Any) -> list[str]:
    before = answer_changes.begin(lead.request)
    for name, value in answers.items():
        setattr(lead.request, name, value)
    return answer_changes.done(lead.request, before)


def change_health(lead: Lead) -> None:
    before = answer_changes.begin(lead.request)
    drafts.answer_health(lead.request, conditions=["blood_thinner"], details="Since May")
    answer_changes.done(lead.request, before)


def at(**later: int) -> Any:
    return clock.set_to(clock.now() + timedelta(**later))


def test_the_clinic_is_told_without_a_word_of_it(lead: Lead) -> None:
    with at(minutes=1):
        change_health(lead)
        email = only(NAME)
    assert email.subject == f"The patient changed answers of {lead.request.ref}"
    assert email.link_path == f"/dashboard/leads/{lead.request.ref}"
    everything = email.subject + str(delivery.contents(email))
    assert not any(word in everything for word in ("ealth", "blood", "Since", "Ana"))


def test_several_changes_are_one_email_until_it_was_read(lead: Lead) -> None:
    for minutes, answers in ((1, {"trips": "1"}), (2, {"home_country": "DE"}), (900, {"trips": "3"})):
        with at(minutes=minutes):
            change(lead, **answers)
    assert len(emails(NAME)) == 1
    assert list(unseen_changes(lead)) == ["home", "trips"]


def test_after_a_look_the_next_waits_for_its_time(lead: Lead) -> None:
    with at(minutes=1):
        change(lead, trips="1")
    with at(minutes=2):
        mark_changes_seen(lead)
    for minutes, home in ((3, "DE"), (4, "FR")):
        with at(minutes=minutes):
            change(lead, home_country=home)
    (job,) = jobs_of("mail.answer_news", request_id=lead.request_id)
    assert job.scheduled_at == only(NAME).created_at + timedelta(seconds=7200)
    with at(minutes=125):
        for _ in range(2):
            change_notifications.send_job(request_id=str(lead.request_id))
    assert len(emails(NAME)) == 2


def test_what_was_seen_meanwhile_is_not_told(lead: Lead) -> None:
    for minutes, trips in ((1, "1"), (3, "3")):
        with at(minutes=minutes):
            change(lead, trips=trips)
        with at(minutes=minutes + 1):
            mark_changes_seen(lead)
    with at(minutes=125):
        change_notifications.send_job(request_id=str(lead.request_id))
    assert len(emails(NAME)) == 1


@pytest.mark.parametrize("state", LeadState)
def test_only_who_can_read_it_is_told(lead: Lead, state: LeadState) -> None:
    more = {"decline_reason": "language"} if state == LeadState.DECLINED else {}
    more |= {"state_before_freeze": FREEZES[0]} if state == LeadState.FROZEN else {}
    other = stored_lead(lead.request, build_clinic("Other"), state=state, **more)
    with at(minutes=1):
        change(lead, trips="1")
    assert (other.clinic_id in {email.clinic_id for email in emails(NAME)}) == (state in READING)


def test_health_reaches_nobody_without_consent(lead: Lead) -> None:
    words = "No longer"
    write_consent(lead.request, [lead.clinic], act=REVOKED, purposes=[Purpose.HEALTH], words=words)
    with at(minutes=1):
        change_health(lead)
        assert emails(NAME) == []
        assert unseen_changes(lead) == {}


def test_what_no_clinic_reads_tells_nobody(lead: Lead) -> None:
    with at(minutes=1):
        hidden = {"destinations": ["TR"], "budget_amount": 90000, "budget_currency": "EUR"}
        assert change(lead, **hidden) == ["destinations", "own_budget"]
    assert emails(NAME) == []


def test_the_same_answer_again_is_no_change(lead: Lead) -> None:
    assert change(lead, trips=lead.request.trips) == []
    assert emails(NAME) == []
