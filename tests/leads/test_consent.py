"""Consent is a history: the newest row of a purpose decides, and nothing that was said is ever changed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from marketplace.backups import contents
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role
from marketplace.leads.consent import standing_purposes
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.queries import shared
from marketplace.leads.revoking import give, giving_text, revoke
from marketplace.leads.submission import add_clinics
from marketplace.quote_requests.queries import consents
from marketplace.quote_requests.states import Purpose
from tests.factories import Make, build_clinic, build_lead
from tests.guards.test_row_policies import count, refused, using_role

PARTS = st.sampled_from(["health", "photos"])
ACTS = st.lists(st.tuples(st.sampled_from(["give", "revoke"]), PARTS), max_size=12)


def history(lead: Lead) -> list[tuple[object, ...]]:
    """Every row as it stands in the database."""
    query = text("SELECT * FROM consent WHERE request_id = :id ORDER BY clinic_id, purpose, number")
    return [tuple(row) for row in db.session.execute(query, {"id": lead.request_id})]


def anew(lead: Lead, what: str) -> None:
    give(lead, what, words=giving_text(lead, what) or "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_newest_row_decides_and_the_history_only_grows(app: Flask, acts: list[tuple[str, str]]) -> None:
    with db.session.begin_nested() as savepoint:
        one, other = build_clinic(), build_clinic("Clinic Nar")
        lead = build_lead(one, photos=1)
        add_clinics(lead.request, [other], share_health=True)  # somebody else reads on: our own copy stays
        expected, before = {"health": True, "photos": True}, history(lead)
        for verb, what in acts:
            {"give": anew, "revoke": revoke}[verb](lead, what)
            expected[what] = verb == "give"
            now = history(lead)
            assert set(before) <= set(now)
            before = now
            assert {str(p) for p in standing_purposes(lead.request)[one.id]} == {
                "request",
                *(p for p in expected if expected[p]),
            }
            assert bool(shared([lead], Purpose.HEALTH)) == expected["health"]
            with using_role(DatabaseRole.CLINIC, clinic_id=one.id):
                assert count("photo") == int(expected["photos"])
        savepoint.rollback()


@pytest.mark.parametrize(
    "role", [DatabaseRole.PATIENT, DatabaseRole.CLINIC, DatabaseRole.OPERATOR, DatabaseRole.WORKER]
)
@pytest.mark.parametrize("statement", ["UPDATE consent SET text = 'x'", "DELETE FROM consent"])
def test_no_role_rewrites_the_history(make_lead: Make, role: DatabaseRole, statement: str) -> None:
    lead = make_lead()
    with using_role(role, clinic_id=lead.clinic_id, request_id=lead.request_id):
        assert "permission denied" in refused(statement)


def test_the_owner_cannot_rewrite_it_either(own_app: Flask) -> None:
    with own_app.app_context():
        build_lead()
        db.session.commit()
    with contents.connect(own_app.config["DATABASE_OWNER_URL"]) as connection:
        for statement in ("UPDATE consent SET text = 'x'", "DELETE FROM consent", "TRUNCATE consent"):
            connection.execute(b"ALTER TABLE consent NO FORCE ROW LEVEL SECURITY")
            with pytest.raises(Exception, match="append-only"):
                connection.execute(statement.encode())
            connection.rollback()


def test_a_transaction_that_began_before_sees_nothing_after(own_app: Flask) -> None:
    with own_app.app_context():
        lead = build_lead(photos=1)
        key, clinic_id = lead.id, lead.clinic_id
        db.session.commit()
        with db.engine.connect() as clinic:
            set_local_role(clinic, RoleScope(DatabaseRole.CLINIC, clinic_id=clinic_id))
            assert clinic.scalar(text("SELECT count(*) FROM photo")) == 1
            revoke(db.session.get_one(Lead, key), "photos")
            assert clinic.scalar(text("SELECT count(*) FROM photo")) == 1
            db.session.commit()
            assert clinic.scalar(text("SELECT count(*) FROM photo")) == 0


def test_a_look_and_a_revocation_have_one_order(own_app: Flask) -> None:
    """Whoever looks holds the lead: the revocation waits for the look, and the next look sees it."""
    with own_app.app_context():
        key = build_lead().id
        db.session.commit()
        LEAD.lock(db.session.get_one(Lead, key))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(revoked_elsewhere, own_app, key)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            assert shared([db.session.get_one(Lead, key)], Purpose.HEALTH)
            db.session.commit()
            waiting.result(timeout=10)
        lead = db.session.get_one(Lead, key)
        LEAD.lock(lead)
        assert not shared([lead], Purpose.HEALTH)


def revoked_elsewhere(app: Flask, key: UUID) -> None:
    with app.app_context():
        revoke(db.session.get_one(Lead, key), "health")
        db.session.commit()


def test_given_twice_is_given_once(make_lead: Make) -> None:
    lead = make_lead()
    rows = len(consents(lead.request))
    anew(lead, "health")
    assert len(consents(lead.request)) == rows


def test_the_words_of_each_act_are_kept(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead()
    revoke(lead, "health")
    *_, last = consents(lead.request)
    assert (last.act, last.purpose, last.number) == ("revoked", "health", 2)
    assert last.text.startswith("Clinic Lale (Türkiye) may no longer read my health answers")


@pytest.mark.parametrize("purposes", [["request", "health"], ["request", "health", "photos"]])
def test_photos_are_agreed_to_where_there_are_some(make_request: Make, purposes: list[str]) -> None:
    request = make_request(photos=len(purposes) - 2)
    assert [row.purpose for row in consents(request)] == purposes
    assert len({row.text for row in consents(request)}) == 1
