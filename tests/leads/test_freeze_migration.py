"""Leads that were open at a suspended clinic before freezing existed are frozen by the migration, and come back."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from tests.factories import build_clinic, build_lead, build_quote

SUSPENDED = "UPDATE clinic SET listing_state = 'suspended', suspended_at = now() WHERE id = :id"


def rows(statement: str) -> list[tuple[object, ...]]:
    use_role(DatabaseRole.WORKER)
    return [tuple(row) for row in db.session.execute(text(statement))]


def stored() -> None:
    """One lead with a held quote at a suspended clinic, and one at another."""
    lead = build_lead()
    build_quote(lead, released=False)
    build_lead(build_clinic("Clinic Nar"), email="ivo@patient.example")
    db.session.execute(text(SUSPENDED), {"id": lead.clinic_id})
    db.session.commit()
    db.session.remove()


def test_they_are_frozen_with_what_is_left_of_their_time(own_app: Flask) -> None:
    with own_app.app_context():
        stored()
        downgrade(revision="0013")
        upgrade()
        found = rows("SELECT state, state_before_freeze, time_left > 47 * 3600 FROM lead ORDER BY state")
        assert found == [("frozen", "new", True), ("new", None, None)]
        assert rows("SELECT state FROM quote") == [("withdrawn",)]
        assert sorted(rows("SELECT leads_sent FROM clinic")) == [(0,), (1,)]
        db.session.remove()
        downgrade(revision="0013")
        assert rows("SELECT DISTINCT state FROM lead") == [("new",)]
        db.session.remove()
        upgrade()
