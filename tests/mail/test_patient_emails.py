"""What the patient is told, and when not."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from marketplace.foundation import clock
from marketplace.leads.states import LeadState
from marketplace.mail import patient_emails, quote_notifications
from marketplace.quote_requests.states import RequestState
from tests.factories import build_clinic, stored_lead, stored_quote, stored_request
from tests.outbox import emails, erase, event_of, only, text_of


def test_a_confirmed_request_names_its_clinics(app: Flask) -> None:
    request = stored_request()
    for name in ("Clinic Lale", "Klinika Nova"):
        stored_lead(request, build_clinic(name))
    patient_emails.request_sent(event_of(request))
    email = only("request_sent")
    assert email.subject == "Your request has gone to 2 clinics"
    assert "- Clinic Lale, Istanbul, Türkiye. It has until" in text_of(email)
    assert "- Klinika Nova" in text_of(email)


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (10, "24 November 2026, 10:00 (London), 13:00 (Istanbul)"),
        (22, "24 November 2026, 22:00 (London), 25 November 2026, 01:00 (Istanbul)"),
    ],
)
def test_until_when_a_clinic_has_is_told_by_both_clocks(app: Flask, hour: int, said: str) -> None:
    patient_emails.request_sent(event_of(stored_lead(due_at=datetime(2026, 11, 24, hour, tzinfo=UTC))))
    assert f"It has until {said}" in " ".join(text_of(only("request_sent")).split())


def test_one_clinic_is_one_clinic(app: Flask) -> None:
    lead = stored_lead()
    patient_emails.request_sent(event_of(lead))
    assert only("request_sent").subject == "Your request has gone to 1 clinic"


def test_without_a_clinic_the_request_is_kept_waiting(app: Flask) -> None:
    patient_emails.request_sent(event_of(stored_request()))
    assert [email.name for email in emails()] == ["request_waiting"]


def test_silence_is_counted_and_a_question_is_no_quote(app: Flask) -> None:
    request = stored_request()
    stored_lead(request, build_clinic("Clinic A"), state=LeadState.QUOTED, answered_at=clock.now())
    # It asked its question and then let its time go by: no quote.
    lead = stored_lead(request, build_clinic("Clinic B"), state=LeadState.EXPIRED, answered_at=clock.now())
    patient_emails.clinic_will_not_quote(event_of(lead))
    assert only("clinic_will_not_quote").subject == "You have 1 quote to choose from"
    assert "- 1 quote to choose from\n- 1 clinic sent no quote in time" in text_of(only("clinic_will_not_quote"))


def test_two_clinics_silent_in_one_minute_are_one_email(app: Flask) -> None:
    request = stored_request()
    leads = [stored_lead(request, build_clinic(f"Clinic {n}"), state=LeadState.EXPIRED) for n in (1, 2)]
    for lead in leads:
        patient_emails.clinic_will_not_quote(event_of(lead))
    assert only("clinic_will_not_quote").subject == "No quote to choose from yet"


def test_two_days_later_it_may_be_said_again(app: Flask) -> None:
    lead = stored_lead(state=LeadState.EXPIRED)
    patient_emails.clinic_will_not_quote(event_of(lead))
    with clock.set_to(clock.now() + timedelta(days=2)):
        patient_emails.clinic_will_not_quote(event_of(lead))
    assert len(emails("clinic_will_not_quote")) == 2


def test_a_decline_is_not_called_silence(app: Flask) -> None:
    lead = stored_lead(state=LeadState.DECLINED, decline_reason="no_dates", answered_at=clock.now())
    patient_emails.clinic_will_not_quote(event_of(lead, reason="no_dates"))
    email = only("clinic_will_not_quote")
    assert email.subject == "No quote to choose from yet"
    assert "cannot take your request on" in text_of(email)


@pytest.mark.parametrize("state", [RequestState.CHOSEN, RequestState.CLOSED])
def test_who_has_chosen_or_closed_is_left_alone(app: Flask, state: RequestState) -> None:
    patient_emails.clinic_will_not_quote(event_of(stored_lead(stored_request(state), state=LeadState.EXPIRED)))
    assert emails() == []


def test_a_quote_that_ends_is_announced_once(app: Flask) -> None:
    ends = clock.today() + timedelta(days=6)
    quote = stored_quote(valid_until=ends, sent_at=clock.now() - timedelta(days=9))
    for _ in range(2):
        quote_notifications.remind_of_ending(clock.now())
    email = only("quote_ends")
    assert email.subject == f"One of your quotes ends on {ends.day} {ends:%B}"
    assert (email.link_purpose, email.link_path) == ("page", f"quotes/{quote.number}")


def test_a_quote_sent_today_or_long_before_its_end_is_not(app: Flask) -> None:
    stored_quote(valid_until=clock.today() + timedelta(days=6))
    stored_quote(valid_until=clock.today() + timedelta(days=9), sent_at=clock.now() - timedelta(days=9))
    assert quote_notifications.remind_of_ending(clock.now()) == 0
    assert emails() == []


def test_the_last_email_survives_the_request_and_then_forgets(app: Flask) -> None:
    request = stored_request()
    patient_emails.request_deleted(event_of(request))
    erase(request)
    assert "cannot be read" in text_of(only("request_deleted"))
