"""Revoking everything and another act at the same moment: whoever comes first, the clinic ends without the request."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.leads import actions
from marketplace.leads.consent import standing_purposes
from marketplace.leads.deletion_duties import duties_of
from marketplace.leads.models import Lead
from marketplace.quotes import stopping
from marketplace.quotes.choosing import choose
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.ending import revoke_consent
from marketplace.quotes.models import Quote
from tests.factories import build_clinic, build_quote, build_request, terms
from tests.quotes.test_two_at_once import at_once

Act = Callable[[Lead], object]


def choose_it(lead: Lead) -> None:
    choose(db.session.scalars(select(Quote).where(Quote.lead_id == lead.id, Quote.state == "sent")).one())


ACTS: dict[str, Act] = {
    "choose": choose_it,
    "quote anew": lambda lead: submit_quote(lead, terms(lead)),
    "decline": lambda lead: actions.decline(lead, "no_dates"),
    "look": lambda lead: actions.record_access(lead, actor="member:x", what="health"),
    "revoke a part": lambda lead: revoke_consent(lead, "health"),
    "revoke": lambda lead: revoke_consent(lead, "all"),
}


@pytest.fixture
def leads(own_app: Flask) -> Any:
    """A request at two clinics, each with a quote; the keys of its leads."""
    with own_app.app_context():
        request = build_request(build_clinic("Clinic Lale"), build_clinic("Clinic Nar"))
        found = list(db.session.scalars(select(Lead).where(Lead.request_id == request.id)))
        for lead in found:
            build_quote(lead)
        db.session.commit()
        return [lead.id for lead in found]


@pytest.mark.parametrize("act", ACTS)
def test_it_ends_revoked_whoever_comes_first(own_app: Flask, leads: Any, act: str) -> None:
    def verb(what: Act) -> Callable[[], object]:
        return lambda: what(db.session.get_one(Lead, leads[0]))

    outcome = at_once(own_app, verb(lambda lead: revoke_consent(lead, "all")), verb(ACTS[act]))
    assert "done" in outcome
    with own_app.app_context():
        lead, other = (db.session.get_one(Lead, key) for key in leads)
        assert (lead.state, lead.request.state) == ("revoked", "open")
        assert (standing_purposes(lead.request)[lead.clinic_id], other.state) == ([], "quoted")
        assert {duty.purpose for duty in duties_of(lead)} == {"request", "health"}
        live = {"sent", "held", "chosen"} & set(db.session.scalars(select(Quote.state).where(Quote.lead_id == lead.id)))
        assert not live


def test_a_suspension_and_a_revocation_have_one_end(own_app: Flask, leads: Any) -> None:
    with own_app.app_context():
        clinic_id = db.session.get_one(Lead, leads[0]).clinic_id

    def stop() -> None:

        stopping.suspend(
            db.session.get_one(Clinic, clinic_id), reasons=["check_revoked"], statement="The licence ended"
        )

    at_once(own_app, lambda: revoke_consent(db.session.get_one(Lead, leads[0]), "all"), stop)
    with own_app.app_context():
        assert db.session.get_one(Lead, leads[0]).state == "revoked"
