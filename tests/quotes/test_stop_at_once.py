"""A suspension at the same moment as an answer, on two connections: the clinic's row decides who comes first."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.leads import actions
from marketplace.leads.models import Lead
from marketplace.leads.submission import confirm, submit
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes import stopping
from marketplace.quotes.choosing import choose, undo_choice
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.models import Quote
from marketplace.quotes.pending import release
from tests.factories import build_clinic, build_draft, build_lead, build_quote, terms
from tests.quotes.test_two_at_once import at_once

STATEMENT = {"reasons": ["patient_report"], "statement": "Reports."}
TIMES = 4


def _lead() -> Lead:
    return db.session.scalars(select(Lead)).one()


def _quote() -> Quote:
    return db.session.scalars(select(Quote)).one()


def _suspend() -> None:
    stopping.suspend(db.session.scalars(select(Clinic)).one(), **STATEMENT)


# What was there before, and what is done at the same moment.
ANSWERS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "hold": (build_lead, lambda: submit_quote(_lead(), terms(_lead()))),
    "release": (lambda: build_quote(released=False), lambda: release(_quote())),
    "ask": (build_lead, lambda: actions.ask(_lead(), "When?")),
    "decline": (build_lead, lambda: actions.decline(_lead(), "no_dates")),
    "choose": (build_quote, lambda: choose(_quote())),
    "undo": (lambda: choose(build_quote()), lambda: undo_choice(_lead().request)),
    "read": (build_lead, lambda: actions.record_access(_lead(), actor="member:1", what="health")),
    "message": (build_lead, lambda: actions.answer_question(_lead(), "Hello")),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_one_of_them_comes_first(own_app: Flask, answer: str) -> None:
    before, verb = ANSWERS[answer]
    with own_app.app_context():
        before()
        db.session.commit()
    assert "done" in at_once(own_app, verb, _suspend)
    with own_app.app_context():
        _one_end(_lead(), list(db.session.scalars(select(Quote))))


def _one_end(lead: Lead, quotes: list[Quote]) -> None:
    """Nothing is open, held or newly chosen at a suspended clinic."""
    assert lead.clinic.listing_state == "suspended"
    assert lead.state in {"frozen", "declined", "won"}
    assert "held" not in {quote.state for quote in quotes}
    assert (lead.state == "won") == ("chosen" in {quote.state for quote in quotes})
    assert lead.state != "won" or lead.warned_at is not None


def test_no_request_goes_to_a_clinic_that_is_being_suspended(own_app: Flask) -> None:
    for _ in range(TIMES):
        with own_app.app_context():
            clinic = build_clinic()
            request = build_draft(clinic, email=f"{clinic.slug}@patient.example")
            submit(request, share_health=True, aftercare=False)
            keys = clinic.id, request.id
            db.session.commit()
        at_once(own_app, *_confirm_and_suspend(*keys))
        with own_app.app_context():
            found = db.session.scalars(select(Lead.state).where(Lead.clinic_id == keys[0])).all()
            assert found in ([], ["frozen"])


def _confirm_and_suspend(clinic: UUID, request: UUID) -> list[Callable[[], object]]:
    return [
        lambda: confirm(db.session.get_one(QuoteRequest, request)),
        lambda: stopping.suspend(db.session.get_one(Clinic, clinic), **STATEMENT),
    ]
