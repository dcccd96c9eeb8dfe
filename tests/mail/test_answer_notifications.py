"""Clinics are told which answers a patient changed: several in one email, never what they say."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.changes_told import changes_told
from marketplace.leads.consent import REVOKED, write_consent
from marketplace.leads.models import Lead
from marketplace.leads.queries import mark_changes_seen, unseen_changes
from marketplace.leads.states import FREEZES, READING, LeadState
from marketplace.mail import change_notifications, delivery
from marketplace.quote_requests import answer_changes, drafts
from marketplace.quote_requests.states import Purpose
from marketplace.quotes import stopping
from tests.factories import build_clinic, build_lead, stored_lead
from tests.outbox import emails, jobs_of, only, text_of

NAME = "answers_changed"
delete_jobs = text("DELETE FROM procrastinate_jobs WHERE task_name = 'mail.answer_news'")


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


def run_jobs(lead: Lead, *, minutes: int) -> None:
    """The worker comes to the jobs at that moment."""
    with at(minutes=minutes):
        db.session.execute(delete_jobs)
        change_notifications.send_job(request_id=str(lead.request_id))


def test_the_email_names_the_answer_and_no_word_of_it(lead: Lead) -> None:
    with at(minutes=1):
        change_health(lead)
    run_jobs(lead, minutes=6)
    email = only(NAME)
    assert email.subject == f"The patient changed answers of {lead.request.ref}"
    assert email.link_path == f"/dashboard/leads/{lead.request.ref}"
    everything = email.subject + str(delivery.contents(email))
    assert "Health answers" in everything
    assert not any(word in everything for word in ("lergy", "blood", "Since", "Ana"))


def test_several_changes_within_minutes_are_one_email(lead: Lead) -> None:
    for minutes, answers in ((1, {"trips": "1"}), (2, {"home_country": "DE"})):
        with at(minutes=minutes):
            change(lead, **answers)
    (job,) = jobs_of("mail.answer_news", request_id=lead.request_id)
    assert emails(NAME) == []
    assert job.scheduled_at > clock.now() + timedelta(minutes=5)
    run_jobs(lead, minutes=6)
    text = text_of(only(NAME))
    assert "Trips" in text
    assert "Where the patient lives" in text


def test_the_next_waits_for_its_time_and_names_only_what_is_new(lead: Lead) -> None:
    for minutes, answers in ((1, {"trips": "1"}), (10, {"home_country": "FR"})):
        with at(minutes=minutes):
            change(lead, **answers)
        run_jobs(lead, minutes=minutes + 5)
    (job,) = jobs_of("mail.answer_news")
    assert job.scheduled_at == only(NAME).created_at + timedelta(hours=2)
    run_jobs(lead, minutes=127)
    _first, second = emails(NAME)
    assert "Trips" not in text_of(second)
    assert "Where the patient lives" in text_of(second)


def test_what_was_seen_meanwhile_is_not_told(lead: Lead) -> None:
    with at(minutes=1):
        change(lead, trips="1")
    with at(minutes=2):
        mark_changes_seen(lead)
    run_jobs(lead, minutes=6)
    assert emails(NAME) == []


@pytest.mark.parametrize("state", LeadState)
def test_only_who_can_read_it_is_told(lead: Lead, state: LeadState) -> None:
    more = {"decline_reason": "language"} if state == LeadState.DECLINED else {}
    more |= {"state_before_freeze": FREEZES[0]} if state == LeadState.FROZEN else {}
    other = stored_lead(lead.request, build_clinic("Other"), state=state, **more)
    with at(minutes=1):
        change(lead, trips="1")
    run_jobs(lead, minutes=6)
    assert (other.clinic_id in {email.clinic_id for email in emails(NAME)}) == (state in READING)


def test_a_clinic_that_could_not_go_on_is_told_later(lead: Lead) -> None:
    stopping.suspend(lead.clinic, reasons=["patient_report"], statement="Reports.")
    with at(minutes=1):
        change(lead, trips="1")
    assert jobs_of("mail.answer_news") == []
    with at(minutes=9):
        stopping.reinstate(lead.clinic)
    run_jobs(lead, minutes=15)
    assert "Trips" in text_of(only(NAME))


def test_health_reaches_nobody_without_consent(lead: Lead) -> None:
    words = "No longer"
    write_consent(lead.request, [lead.clinic], act=REVOKED, purposes=[Purpose.HEALTH], words=words)
    with at(minutes=1):
        change_health(lead)
        assert unseen_changes(lead) == {}
    run_jobs(lead, minutes=6)
    assert emails(NAME) == []


def test_what_no_clinic_reads_tells_nobody(lead: Lead) -> None:
    with at(minutes=1):
        hidden = {"destinations": ["TR"], "budget_amount": 90000, "budget_currency": "EUR"}
        assert change(lead, **hidden) == ["destinations", "own_budget"]
    assert jobs_of("mail.answer_news") == []


def test_the_same_answer_again_is_no_change(lead: Lead) -> None:
    assert change(lead, trips=lead.request.trips) == []
    assert jobs_of("mail.answer_news") == []


def test_the_record_says_who_was_told_of_what_and_when(lead: Lead) -> None:
    with at(minutes=1):
        change(lead, trips="1")
        (waiting,) = changes_told(lead.request)
    assert [told.told_at for told in waiting.clinics] == [None]
    run_jobs(lead, minutes=6)
    (told,) = changes_told(lead.request)[0].clinics
    assert told.told_at is not None
    assert told.saw_at is None
