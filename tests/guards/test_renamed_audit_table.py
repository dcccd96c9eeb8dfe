"""The audit log's table was renamed under a site in use: the version before reads and writes it by its old name."""

from uuid import UUID

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import check, seals
from marketplace.foundation.audit.log import AuditEntry, CommandRun, record
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import DatabaseRole, use_role
from tests.factories import Make
from tests.foundation.sealing import soon
from tests.guards.test_row_policies import count, refused, using_role

WRITTEN_BEFORE = (
    "INSERT INTO timeline_entry (id, at, name, actor, reason) VALUES (:id, :at, 'CommandRun', 'keeper', 'x')"
)


def write_by_the_old_name() -> UUID:
    entry = uuid7()
    db.session.execute(text(WRITTEN_BEFORE), {"id": entry, "at": clock.now()})
    return entry


@pytest.mark.parametrize("role", [role for role in DatabaseRole if role != DatabaseRole.PUBLIC])
def test_an_entry_by_the_old_name_is_an_entry(db_session: object, role: DatabaseRole) -> None:
    with using_role(role):
        entry = write_by_the_old_name()
        use_role(DatabaseRole.WORKER)
        assert db.session.get_one(AuditEntry, entry).actor == "keeper"


def test_the_old_name_shows_a_clinic_its_own_entries_only(db_session: object, make_clinic: Make) -> None:
    own, other = make_clinic(), make_clinic("Clinic Nar")
    for clinic in (own, other):
        record(CommandRun(clinic_id=clinic.id))
    with using_role(DatabaseRole.CLINIC, clinic_id=own.id):
        assert count("timeline_entry", "name = 'CommandRun'") == count("audit_entry", "name = 'CommandRun'") == 1


@pytest.mark.parametrize("statement", ["UPDATE timeline_entry SET actor = 'x'", "DELETE FROM timeline_entry"])
def test_the_old_name_allows_no_more_than_the_new(db_session: object, statement: str) -> None:
    with using_role(DatabaseRole.WORKER):
        assert "permission denied" in refused(statement)
    with using_role(DatabaseRole.PUBLIC):
        assert "permission denied" in refused("SELECT count(*) FROM timeline_entry")


def test_seals_hold_over_both_names(own_app: Flask) -> None:
    with own_app.app_context():
        use_role(DatabaseRole.WORKER)
        record(CommandRun(reason="before"))
        db.session.commit()
        write_by_the_old_name()
        db.session.commit()
        assert seals.seal(soon()) >= 2
        db.session.commit()
        db.session.remove()
        downgrade(revision="0020")
        upgrade()
        use_role(DatabaseRole.WORKER)
        assert check.verify().unsealed == 0
