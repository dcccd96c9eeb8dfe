"""How many statements sending a request and confirming it take, BEGIN, roles and COMMIT counted, at five clinics."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.security.signed_links import issue, token_of
from marketplace.leads.models import Lead
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.request_links import CONFIRM
from tests.conftest import reader_of
from tests.factories import build_clinic, build_quote, build_request
from tests.statements import statements_sent
from tests.web.patient.filling import reach_check
from tests.web.patient.test_request_pages import opened

MOST = 12
CHOOSE = 34  # a quote, of three


@pytest.fixture
def slugs(limited_app: Flask) -> list[str]:
    """Five clinics, at a site with limits as in production."""
    with limited_app.app_context():
        found = [build_clinic(f"Clinic {number}").slug for number in range(5)]
        db.session.commit()
        db.session.remove()
    return found


def token_to_confirm(app: Flask) -> str:
    with app.app_context():
        request = db.session.scalars(select(QuoteRequest)).one()
        token = token_of(issue(CONFIRM, subject_id=request.id, lifetime=timedelta(hours=1)))
        db.session.commit()
    return token


def listed(statements: list[str]) -> str:
    return "\n".join(f"{n:3} {statement[:160]}" for n, statement in enumerate(statements, start=1))


def test_sending_and_confirming_take_few_statements(limited_app: Flask, slugs: list[str]) -> None:
    client = reader_of(limited_app)
    data = {**reach_check(client, *slugs), "adult": "y", "share_health": "y"}
    with statements_sent(limited_app) as sent:
        assert client.post("/get-quotes/check", data=data).status_code == 303
    assert len(sent) <= MOST, listed(sent)
    path = f"/q/{token_to_confirm(limited_app)}/confirm"
    fields = client.get(path).page.fields()
    with statements_sent(limited_app) as confirmed:
        assert client.post(path, data=fields).status_code == 303
    assert len(confirmed) <= MOST, listed(confirmed)
    with limited_app.app_context():
        assert len(db.session.scalars(select(Lead)).all()) == 5
        assert len(db.session.scalars(select(Email)).all()) == 7


def test_choosing_a_quote_takes_few(own_app: Flask) -> None:
    with own_app.app_context():
        clinics = [build_clinic(f"Clinic {number}") for number in range(3)]
        request = build_request(*clinics)
        for lead in db.session.scalars(select(Lead)).all():
            build_quote(lead)
        db.session.commit()
        client = reader_of(own_app)
        base = opened(client, request)
        db.session.remove()
    fields = client.get(f"{base}/quotes/1/choose").page.fields()
    with statements_sent(own_app) as sent:
        assert client.post(f"{base}/quotes/1/choose", data=fields).status_code == 303
    assert len(sent) <= CHOOSE, listed(sent)
