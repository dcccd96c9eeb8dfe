"""How many statements comparing quotes takes, roles and transactions counted, and that it shows nobody else's."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import engines
from marketplace.foundation.security.signed_links import issue, token_of
from marketplace.leads.models import Lead
from marketplace.quote_requests.events import RequestChanged
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.factories import build_clinic, build_quote, build_request
from tests.statements import statements_sent
from tests.web.patient.test_statements import listed

MOST = 3


def compared(*names: str) -> QuoteRequest:
    """A request with a quote from each clinic and a health answer that changed after them, stored."""
    request = build_request(*(build_clinic(name) for name in names))
    for lead in db.session.scalars(select(Lead).where(Lead.request_id == request.id)).all():
        build_quote(lead)
    record(RequestChanged(request_id=request.id, reason="health"))
    db.session.commit()
    return request


def test_comparing_takes_few_statements_however_many_quotes(limited_app: Flask) -> None:
    with limited_app.app_context():
        request = compared("Lale", "Nar", "Salkım", "Wisła")
        token = token_of(issue("page", subject_id=request.id, lifetime=timedelta(days=7)))
        path = f"/my/requests/{request.ref}/compare"
        db.session.commit()
        db.session.remove()
    client = reader_of(limited_app)
    client.get(f"/q/{token}")
    client.get(path)  # the first page with a form keeps its token in the session
    with statements_sent(limited_app) as sent:
        page = client.get(path).page
    assert len(sent) <= MOST, listed(sent)
    assert page.text.count("Given before you changed") == 4


def seen() -> list[str]:
    return list(db.session.scalars(select(QuoteRequest.ref)))


def test_a_connection_shows_whoever_uses_it_next_their_own_request_alone(own_app: Flask) -> None:
    with own_app.test_request_context("/"):
        ids = {request.ref: request.id for request in (compared("Lale"), compared("Nar"))}
        pids = set()
        for ref, id_ in [*ids.items()] * 2:
            engines.read_as_holder(id_)
            assert seen() == [ref]
            pids.add(db.session.scalar(text("SELECT pg_backend_pid()")))
            db.session.rollback()
        assert len(pids) == 1


def test_who_compares_writes_nothing(own_app: Flask) -> None:
    with own_app.test_request_context("/"):
        request = compared("Lale")
        engines.read_as_holder(request.id)
        with pytest.raises(DBAPIError, match="read-only transaction"):
            db.session.execute(text("UPDATE quote_request SET trips = '1'"))
