"""What a clinic's desk is told."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from marketplace.foundation import clock
from marketplace.leads.states import LeadState
from marketplace.mail import clinic_emails, delivery
from tests.factories import build_clinic, stored_lead, stored_request
from tests.outbox import emails, event_of, only, text_of


def test_a_new_request_is_due_on_the_clinics_own_clock(app: Flask) -> None:
    lead = stored_lead(
        clinic=build_clinic(timezone="Europe/Istanbul"), due_at=datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    )
    clinic_emails.new_request(event_of(lead))
    email = only("new_request")
    assert email.subject == f"New request {lead.request.ref}, reply by 16:40 on 24 November (Istanbul)"
    assert "24 November 2026, 16:40 in Istanbul" in text_of(email)
    assert email.link_path == f"/dashboard/leads/{lead.request.ref}"


def test_reminders_of_one_hour_are_one_email(app: Flask) -> None:
    clinic = build_clinic()
    leads = [stored_lead(clinic=clinic), stored_lead(clinic=clinic, state=LeadState.OPENED)]
    for lead in leads:
        clinic_emails.leads_waiting(event_of(lead))
    assert only("leads_waiting").subject == "2 requests are waiting"


def test_no_reminder_when_all_is_answered(app: Flask) -> None:
    clinic_emails.leads_waiting(event_of(stored_lead(state=LeadState.QUOTED)))
    assert emails() == []


def test_rivals_are_told_and_the_winner_is_not(app: Flask) -> None:
    request = stored_request()
    winner = stored_lead(request, build_clinic("Winner"), state=LeadState.WON)
    rival = stored_lead(request, build_clinic("Rival"), state=LeadState.LOST, state_before_loss=LeadState.QUOTED)
    stored_lead(request, build_clinic("Declined by the patient"), state=LeadState.LOST)
    stored_lead(request, build_clinic("Declined"), state=LeadState.DECLINED, decline_reason="language")
    clinic_emails.not_chosen(event_of(winner))
    assert [email.clinic_id for email in emails("not_chosen")] == [rival.clinic_id]


def test_an_undone_choice_tells_the_winner_to_forget_and_the_rival_to_go_on(app: Flask) -> None:
    request = stored_request()
    winner = stored_lead(request, build_clinic("Winner"), state=LeadState.QUOTED)
    rival = stored_lead(request, build_clinic("Rival"), state=LeadState.QUOTED)
    clinic_emails.clinic_choice_undone(event_of(winner))
    texts = {email.clinic_id: text_of(email) for email in emails("clinic_choice_undone")}
    assert "delete them" in texts[winner.clinic_id]
    assert "stands as before" in texts[rival.clinic_id]
    assert "delete them" not in texts[rival.clinic_id]


def test_a_message_without_an_open_question_has_no_due_time(app: Flask) -> None:
    clinic_emails.question_answered(event_of(stored_lead(state=LeadState.QUOTED)))
    clinic_emails.question_answered(event_of(stored_lead(state=LeadState.OPENED)))
    assert ["Reply by" in text_of(email) for email in emails("question_answered")] == [False, True]


def test_a_clinics_mail_is_readable_after_the_request_is_erased(app: Flask) -> None:
    lead = stored_lead(state=LeadState.REVOKED)
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        clinic_emails.delete_data(event_of(lead))
    email = only("delete_data")
    assert email.data_key
    assert email.request_id == lead.request_id
    assert delivery.contents(email).to == lead.clinic.email
