"""The outbox as operators see it."""

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.mail.delivery import lifecycle
from marketplace.mail.delivery_reports import Report, apply_report
from marketplace.mail.models import Email, EmailState
from marketplace.mail.suppression import Suppression, suppression_reason


@pytest.fixture
def failed(make_request):
    make_request()
    email = db.session.scalars(select(Email).order_by(Email.id)).first()
    email.failed_at, email.last_error, email.attempts = clock.now(), "550", 3
    email.state = EmailState.FAILED
    db.session.commit()
    return email


def test_a_failed_email_says_why_and_can_be_tried_again(desk, failed):
    assert "550" in desk.get("/operator/emails?state=failed").page.text
    assert desk.post(f"/operator/emails/{failed.id}/retry").status_code == 303
    assert failed.state == EmailState.WAITING


def test_one_that_waits_is_not_tried_twice(desk, failed):
    desk.post(f"/operator/emails/{failed.id}/retry")
    assert desk.post(f"/operator/emails/{failed.id}/retry").status_code == 409


def test_the_desk_counts_it(desk, failed):
    page = desk.get("/operator").page
    row = next(row for row in page.all("tr") if "Failed emails" in "".join(row.itertext()))
    assert "".join(row[1].itertext()).strip() == "1"


@pytest.fixture
def bounced(make_request):
    make_request()
    email = db.session.scalars(select(Email).order_by(Email.id)).first()
    lifecycle.move(email, EmailState.SENT)
    apply_report(Report(email.id, "bounce", "5.1.1"))
    db.session.commit()
    return email


def lift_path():
    return f"/operator/emails/suppressions/{db.session.scalars(select(Suppression.id)).one()}/lift"


def test_an_address_that_bounced_is_shown_without_being_named(desk, bounced):
    page = desk.get("/operator/emails").page
    assert page.one("span", data_state="bounced") is not None
    assert "An email came back" in page.text
    assert "ana@patient.example" not in desk.get("/operator/emails").text
    row = next(row for row in desk.get("/operator").page.all("tr") if "came back" in "".join(row.itertext()))
    assert "".join(row[1].itertext()).strip() == "1"


def test_lifting_needs_a_reason(desk, bounced):
    answer = desk.post(lift_path(), data={"reason": "because"})
    assert answer.status_code == 422
    assert "Select a reason" in "".join(answer.page.one("div", role="alert").itertext())
    (chooser,) = answer.page.all("select", name="reason")
    assert answer.page.one("p", id=chooser.get("aria-describedby")) is not None


def test_a_lifted_suppression_is_in_the_audit_log_and_lets_mail_through(desk, bounced):
    path = lift_path()
    assert desk.post(path, data={"reason": "works_again"}).status_code == 303
    assert "Addresses we do not write to" not in desk.get("/operator/emails").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "SuppressionLifted")).one()
    assert (entry.reason, entry.request_id, entry.actor[:9]) == ("works_again", bounced.request_id, "operator:")
    assert suppression_reason("ana@patient.example", name="access_link") is None
    assert desk.post(path, data={"reason": "works_again"}).status_code == 409


def test_each_row_has_one_moment_and_names_the_clinic(desk, make_request):
    make_request()
    db.session.commit()
    page = desk.get("/operator/emails").page
    rows = list(page.one("tbody").iter("tr"))
    assert {len(list(row.iter("time"))) for row in rows} == {1}
    assert "Clinic · Clinic Lale" in page.text
