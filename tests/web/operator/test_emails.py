"""The outbox as operators see it."""

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail.models import Email, EmailState


@pytest.fixture
def desk(client, make_operator, sign_in):
    return sign_in(make_operator())


@pytest.fixture
def failed(make_request):
    make_request()
    email = db.session.scalars(select(Email).order_by(Email.id)).first()
    email.failed_at, email.last_problem, email.attempts = clock.now(), "550", 3
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
