"""One text a clinic becomes a row for each purpose, and one text again on the way back."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from marketplace.backups import contents
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads.consent import standing_purposes
from marketplace.leads.deletion_duties import duties_of
from marketplace.leads.models import Lead
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.quotes.ending import revoke_consent
from tests.conftest import app_on
from tests.factories import build_clinic, build_lead, build_request

BEFORE = "0016"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def rows(app: Flask, query: str) -> list[Any]:
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.fixture
def old(own_app: Flask) -> Flask:
    """A database of the earlier schema with: everything shared, nothing of health, and all taken back."""
    with own_app.app_context():
        build_request(build_clinic("Clinic Lale"), photos=2)
        build_request(build_clinic("Clinic Nar"), share_health=False, email="b@patient.example")
        revoke_consent(build_lead(build_clinic("Clinic Wisła"), email="c@patient.example"), "all")
        db.session.commit()
        db.session.remove()
        downgrade(revision=BEFORE)
    return own_app


def test_down_to_one_text_a_clinic(old: Flask) -> None:
    query = "SELECT name, with_health, withdrawn_at IS NULL, text FROM consent JOIN clinic ON clinic.id = clinic_id"
    (lale, nar, wisla) = sorted(rows(old, query))
    assert (lale[1], lale[2]) == (True, True)
    assert "2 photos" in lale[3]
    assert (nar[1], nar[2]) == (False, True)
    assert (wisla[1], wisla[2]) == (False, False)
    assert wisla[3].startswith("I agree")


def test_up_again_each_purpose_has_its_row(old: Flask) -> None:
    with old.app_context():
        upgrade()
        found = {lead.clinic.name: lead for lead in db.session.scalars(select(Lead))}
        reads = {
            name: [str(p) for p in standing_purposes(lead.request)[lead.clinic_id]] for name, lead in found.items()
        }
        assert reads == {"Clinic Lale": ["request", "health", "photos"], "Clinic Nar": ["request"], "Clinic Wisła": []}
        assert [(duty.purpose, duty.state) for duty in duties_of(found["Clinic Wisła"])] == [("request", "asked")]
        acts = text("SELECT act, text FROM consent JOIN clinic ON clinic.id = clinic_id WHERE name = 'Clinic Wisła'")
        assert [act for act, _text in db.session.execute(acts)] == ["given", "revoked"]


def test_the_earlier_schema_still_shows_photos_by_consent(old: Flask) -> None:
    (stands,) = rows(
        old, "SELECT array_agg(consent_stands(request_id, clinic_id, 'photos') ORDER BY text) FROM consent"
    )
    assert sorted(stands[0]) == [False, False, True]


def test_photos_are_nobodys_at_a_revision_before_the_function(postgres: EmbeddedPostgres) -> None:
    name = f"earlier_{uuid4().hex}"
    postgres.create_database(name)
    app = app_on(postgres, name)
    with app.app_context():
        upgrade(revision=BEFORE)
        use_role(DatabaseRole.WORKER)
        assert db.session.scalar(text("SELECT count(*) FROM photo")) == 0
        db.session.remove()  # or it holds up the migration
        upgrade()
        assert db.session.scalar(text("SELECT count(*) FROM pg_policies WHERE tablename = 'photo'"))
        db.session.remove()
        db.engine.dispose()
    postgres.drop_database(name)
