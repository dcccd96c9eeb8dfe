"""What follows when an email comes back, or is not wanted."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import NotFound
from marketplace.mail import delivery, outbox, patient_emails
from marketplace.mail.delivery_reports import Report, apply_report
from marketplace.mail.models import Email, EmailState
from marketplace.mail.register import NECESSARY
from marketplace.mail.suppression import OPTIONAL, Reason, Suppression, suppress, suppression_reason
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import ADDRESS, stored_request
from tests.mail.reporting import bounce, complaint, plain_mail
from tests.mail.sending import send
from tests.mail.sink import Sink
from tests.mail.test_emails import WRITE
from tests.outbox import emails, erase, event_of, only


@pytest.fixture
def email(app: Flask) -> Email:
    """One that was sent."""
    patient_emails.access_link(event_of(stored_request()))
    email = only("access_link")
    delivery.lifecycle.move(email, EmailState.SENT)
    return email


def suppressions() -> list[Suppression]:
    return list(db.session.scalars(select(Suppression)))


def events() -> list[tuple[str, str | None]]:
    wanted = AuditEntry.name.like("Email%") | AuditEntry.name.like("Complaint%")
    query = select(AuditEntry).where(wanted).order_by(AuditEntry.id)
    return [(entry.name, entry.reason) for entry in db.session.scalars(query)]


def another(email: Email, name: str = "clinics_available") -> Email:
    """One more to the same patient."""
    getattr(patient_emails, name)(event_of(db.session.get_one(QuoteRequest, email.request_id)))
    return emails(name)[-1]


def test_a_permanent_bounce_ends_the_email_and_the_address(email: Email) -> None:
    for _ in range(2):
        apply_report(Report(email.id, "bounce", "5.1.1"))
    assert (email.state, email.last_error) == ("bounced", "5.1.1")
    assert [(row.reason, row.scope, row.email_id) for row in suppressions()] == [("bounce", "all", email.id)]
    assert events() == [("EmailBounced", "5.1.1")]


@pytest.mark.parametrize("code", ["5.7.1", "5.0.0", "550", "5.2.2", "5.3.4", "5.4.4"])
def test_what_is_refused_for_another_reason_ends_one_email_only(email: Email, sink: Sink, code: str) -> None:
    apply_report(Report(email.id, "bounce", code))
    assert (email.state, email.last_error, suppressions()) == ("bounced", code, [])
    assert send(another(email)).state == "sent"


def test_a_temporary_one_is_noted_only(email: Email) -> None:
    for _ in range(2):
        apply_report(Report(email.id, "bounce", "4.2.2"))
    assert (email.state, email.last_error, suppressions()) == ("sent", "4.2.2", [])
    assert events() == [("EmailDelayed", "4.2.2")]


def test_nothing_more_goes_to_an_address_that_bounced(email: Email, sink: Sink) -> None:
    apply_report(Report(email.id, "bounce", "5.1.1"))
    later = send(another(email))
    assert (later.state, later.last_error, sink.given) == ("suppressed", "bounce", [])
    assert events()[-1] == ("EmailWithheld", "bounce")


def test_the_address_is_known_however_it_is_written(email: Email, sink: Sink) -> None:
    apply_report(Report(email.id, "bounce", "5.1.1"))
    patient_emails.access_link(event_of(stored_request(email=ADDRESS.upper())))
    assert send(emails("access_link")[-1]).state == "suppressed"


def test_other_addresses_get_theirs(email: Email, sink: Sink) -> None:
    apply_report(Report(email.id, "bounce", "5.1.1"))
    patient_emails.access_link(event_of(stored_request(email="other@patient.example")))
    assert send(emails("access_link")[-1]).state == "sent"


def test_a_complaint_stops_what_is_not_necessary(email: Email, sink: Sink) -> None:
    for _ in range(2):
        apply_report(Report(email.id, "complaint"))
    assert [(row.reason, row.scope) for row in suppressions()] == [("complaint", "optional")]
    assert send(another(email)).last_error == "complaint"
    assert send(another(email, "access_link")).state == "sent"
    assert (email.state, events()[0]) == ("sent", ("ComplaintReceived", None))


def test_what_is_necessary_is_an_email_of_ours(app: Flask) -> None:
    assert set(WRITE) >= NECESSARY
    assert {name for name in WRITE if name.startswith("account_")} <= NECESSARY, "who loses an account must be told"


def test_no_address_can_be_read_in_the_table(email: Email) -> None:
    apply_report(Report(email.id, "bounce", "5.1.1"))
    stored = str([tuple(row) for row in db.session.execute(text("SELECT * FROM suppression"))])
    assert "ana" not in stored
    assert "patient.example" not in stored


def test_one_that_came_back_before_we_knew_it_arrived(email: Email, sink: Sink) -> None:
    sink.mode = "drop"
    later = send(another(email))
    apply_report(Report(later.id, "bounce", "5.1.1"))
    sink.mode = "ok"
    assert send(later).state == "suppressed"
    assert len(sink.given) == 1


def test_an_erased_patient_is_not_remembered(email: Email) -> None:
    erase(db.session.get_one(QuoteRequest, email.request_id))
    apply_report(Report(email.id, "bounce", "5.1.1"))
    assert (email.state, suppressions()) == ("bounced", [])


def test_an_id_nobody_knows(app: Flask) -> None:
    with pytest.raises(NotFound):
        apply_report(Report(uuid7(), "bounce", "5.1.1"))


def test_a_failed_email_is_in_the_audit_log(app: Flask, sink: Sink) -> None:
    sink.mode = "no_such_user"
    patient_emails.access_link(event_of(stored_request()))
    assert send(only("access_link")).state == "failed"
    assert events() == [("EmailFailed", "550")]


def test_reports_are_read_from_files_and_folders(app: Flask, email: Email, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    files = {"a.eml": bounce(email.id), "new/b": complaint(email.id), "c": plain_mail(email.id), "d": bounce(uuid7())}
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["bounces", "read", str(tmp_path)])
        assert (result.exit_code, result.output) == (0, "4 read, 2 about our mail\n")
    db.session.refresh(email)
    assert email.state == "bounced"
    assert len(suppressions()) == 2


def test_the_account_s_emails_stop_too(app: Flask, sink: Sink, email: Email) -> None:
    apply_report(Report(email.id, "bounce", "5.1.1"))
    context = {"within": ""}
    reset = outbox.put("account_password_changed", to=ADDRESS, audience="account", context=context)
    assert send(reset).state == "suppressed"
    assert reset.suppressed_at is not None
    assert reset.suppressed_at <= clock.now()


def test_an_email_written_under_a_former_name_is_still_necessary(app: Flask) -> None:
    suppress(ADDRESS, reason=Reason.COMPLAINT, scope=OPTIONAL)
    assert suppression_reason(ADDRESS, name="your_link") is None
    assert suppression_reason(ADDRESS, name="some_silent") == Reason.COMPLAINT
