"""Row-level security (SP3): whatever the code asks for, the database shows a role its own rows only."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.clinics.queries import SHOWN
from marketplace.clinics.states import ListingState
from marketplace.extensions import db, metadata
from marketplace.foundation.database.roles import DatabaseRole, as_system, reset_role, use_role
from marketplace.leads.actions import answer_question
from migrations.row_policies import ROLES, TABLE_RIGHTS, UNFORCED, has_policies, rights_on
from tests.factories import Make


@contextmanager
def using_role(role: DatabaseRole | None, **whose: UUID) -> Iterator[None]:
    db.session.flush()
    with db.session.begin_nested() as savepoint:
        if role is None:
            reset_role()
        else:
            use_role(role, **whose)
        yield
        savepoint.rollback()
    use_role(DatabaseRole.WORKER)


def count(table: str, where: str = "true", **values: object) -> int:
    return db.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"), values) or 0


def refused(statement: str, **values: object) -> str:
    with pytest.raises(DBAPIError) as error, db.session.begin_nested():
        db.session.execute(text(statement), values)
    return str(error.value.orig)


def test_every_table_has_its_rights_written_down(db_session: object) -> None:
    existing = set(db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    assert existing == set(TABLE_RIGHTS)
    assert {table.name for table in metadata.sorted_tables} <= set(TABLE_RIGHTS)


def test_the_database_has_the_policies_that_are_written_down(db_session: object) -> None:
    rows = db.session.execute(text("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"))
    flags = {name: (enabled, forced) for name, enabled, forced in rows}
    protected = {table: has_policies(table) for table in TABLE_RIGHTS}
    assert all(flags[table] == (protected[table], protected[table] and table not in UNFORCED) for table in TABLE_RIGHTS)
    policies = {tuple(row) for row in db.session.execute(text("SELECT tablename, policyname FROM pg_policies"))}
    assert policies == {(table, role) for table in TABLE_RIGHTS if has_policies(table) for role in rights_on(table)}


def test_the_login_has_no_right_but_to_take_a_role(db_session: object) -> None:
    login = db.session.execute(
        text("SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole FROM pg_roles WHERE rolname = session_user")
    ).one()
    assert not any(login)
    granted = "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = session_user"
    assert db.session.scalar(text(granted)) == 0


@pytest.mark.parametrize("table", sorted(TABLE_RIGHTS))
def test_without_a_role_nothing_is_shown(db_session: object, table: str) -> None:
    with using_role(None):
        assert "permission denied" in refused(f"SELECT count(*) FROM {table}")


def test_a_session_without_a_role_is_refused(own_app: Flask) -> None:
    with own_app.app_context():
        reset_role()
        assert "permission denied" in refused("SELECT count(*) FROM treatment")


NOT_PUBLIC = ("quote_request", "lead", "quote", "message", "email", "account", "access_record", "listing_decision")


@pytest.mark.parametrize("table", NOT_PUBLIC)
def test_the_public_sees_nothing_of_anyone(db_session: object, table: str) -> None:
    with using_role(DatabaseRole.PUBLIC):
        assert "permission denied" in refused(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("state", list(ListingState))
def test_the_public_sees_what_is_listed(make_clinic: Make, state: ListingState) -> None:
    clinic = make_clinic(listing_state=state)
    expected = int(state in SHOWN)
    with using_role(DatabaseRole.PUBLIC):
        assert count("clinic", "id = :id", id=clinic.id) == expected
        for table in ("clinic_price", "clinic_person", "clinic_check"):
            seen = count(table, "clinic_id = :id", id=clinic.id)
            assert bool(seen) == bool(expected), table


def test_a_clinic_reads_and_answers_what_it_was_told_only(make_clinic: Make) -> None:
    own, rivals = (make_clinic(name, listing_state=ListingState.SUSPENDED) for name in ("Clinic Lale", "Clinic Nar"))
    with using_role(DatabaseRole.CLINIC, clinic_id=own.id):
        assert count("listing_decision") == count("listing_decision", "clinic_id = :id", id=own.id) == 1
        assert "permission denied" in refused("UPDATE listing_decision SET statement = ''")
        assert "permission denied" in refused("DELETE FROM listing_decision")
        assert count("listing_decision", "clinic_id = :id", id=rivals.id) == 0


def test_a_clinic_sees_its_own_leads_only(make_lead: Make, make_clinic: Make, make_quote: Make) -> None:
    own, rivals = make_quote().lead, make_quote(lead=make_lead(clinic=make_clinic("Clinic Nar"))).lead
    with using_role(DatabaseRole.CLINIC, clinic_id=own.clinic_id):
        assert count("lead") == count("quote_request") == count("quote") == count("consent", "purpose = 'request'") == 1
        assert count("lead", "id = :id", id=rivals.id) == 0
        assert count("quote_request", "id = :id", id=rivals.request_id) == 0


def test_a_clinic_changes_nothing_of_another(make_lead: Make, make_clinic: Make) -> None:
    own, rivals = make_lead(), make_lead(clinic=make_clinic("Clinic Nar"))
    with using_role(DatabaseRole.CLINIC, clinic_id=own.clinic_id):
        changed = db.session.execute(text("UPDATE lead SET due_at = now() WHERE id = :id"), {"id": rivals.id})
        assert changed.rowcount == 0
        moved = "UPDATE lead SET clinic_id = :other WHERE id = :id"
        assert "row-level security" in refused(moved, other=rivals.clinic_id, id=own.id)
        renamed = "UPDATE clinic SET name = 'Stolen' WHERE id = :id"
        assert "row-level security" in refused(renamed, id=rivals.clinic_id)


def test_a_clinic_adds_nothing_for_another(make_lead: Make, make_clinic: Make) -> None:
    own, rivals = make_lead(), make_lead(clinic=make_clinic("Clinic Nar"))
    columns = "request_id, state, new_at, due_at, created_at"
    with using_role(DatabaseRole.CLINIC, clinic_id=own.clinic_id):
        statement = (
            f"INSERT INTO lead (id, clinic_id, {columns})"
            f" SELECT gen_random_uuid(), :other, {columns} FROM lead WHERE id = :id"
        )
        assert "row-level security" in refused(statement, other=rivals.clinic_id, id=own.id)


def test_a_clinic_reads_no_colleagues_of_another(make_clinic: Make, make_member: Make) -> None:
    own, other = make_member(make_clinic()), make_member(make_clinic("Clinic Nar"), email="can@clinic.example")
    team = db.session.scalar(text("SELECT clinic_id FROM membership WHERE account_id = :id"), {"id": own.id})
    with using_role(DatabaseRole.CLINIC, clinic_id=team):
        assert count("account", "id = :id", id=own.id) == 1
        assert count("account", "id = :id", id=other.id) == 0


def test_a_patient_sees_one_request_and_what_belongs_to_it(make_lead: Make, make_clinic: Make) -> None:
    own, other = make_lead(), make_lead(clinic=make_clinic("Clinic Nar"))
    with using_role(DatabaseRole.PATIENT, request_id=own.request_id):
        assert count("quote_request") == count("lead") == count("consent", "purpose = 'request'") == 1
        assert count("quote_request", "id = :id", id=other.request_id) == 0
        assert "permission denied" in refused("SELECT count(*) FROM account")
        assert "permission denied" in refused("SELECT count(*) FROM email")


def test_a_patient_without_a_request_sees_none(make_lead: Make) -> None:
    make_lead()
    with using_role(DatabaseRole.PATIENT):
        assert count("quote_request") == count("lead") == 0


def test_an_operator_changes_no_request(make_request: Make) -> None:
    request = make_request()
    with using_role(DatabaseRole.OPERATOR):
        assert "permission denied" in refused("UPDATE quote_request SET data_key = NULL WHERE id = :id", id=request.id)


def test_what_follows_is_done_by_the_system_and_then_the_role_is_back(make_lead: Make) -> None:
    lead = make_lead()
    with using_role(DatabaseRole.CLINIC, clinic_id=lead.clinic_id):
        with as_system():
            assert count("email", "true") >= 0
        assert db.session.scalar(text("SELECT current_user")) == DatabaseRole.CLINIC


def test_no_role_stays_on_a_connection(own_app: Flask) -> None:
    clinics = [UUID(int=n) for n in range(1, 6)]

    def ask(seed: int) -> list[bool]:
        choose, seen = random.Random(seed), []
        for _ in range(60):
            clinic = choose.choice(clinics)
            with own_app.app_context():
                use_role(DatabaseRole.CLINIC, clinic_id=clinic)
                seen.append(db.session.scalar(text("SELECT app_clinic()")) == clinic)
                if choose.random() < 0.3:
                    with pytest.raises(DBAPIError):
                        db.session.execute(text("SELECT 1 / 0"))
                if choose.random() < 0.3:
                    db.session.commit()
            with own_app.app_context(), db.engine.connect() as bare:
                seen.append(bare.scalar(text("SELECT current_user = session_user AND app_clinic() IS NULL")) is True)
        return seen

    with ThreadPoolExecutor(8) as pool:
        assert all(all(seen) for seen in pool.map(ask, range(8)))


def test_roles_are_the_ones_of_the_code() -> None:
    assert set(ROLES) == {role.value for role in DatabaseRole}


def test_the_policies_go_and_come_back_with_their_migration(own_app: Flask) -> None:
    with own_app.app_context():
        downgrade(revision="0003")
        upgrade()
        use_role(DatabaseRole.PUBLIC)
        assert "permission denied" in refused("SELECT count(*) FROM lead")


def test_a_message_is_marked_as_read_and_never_changed(make_lead: Make) -> None:
    lead = make_lead()
    answer_question(lead, "May I come in June?")
    with using_role(DatabaseRole.CLINIC, clinic_id=lead.clinic_id):
        assert "permission denied" in refused("UPDATE message SET body_sealed = '' WHERE lead_id = :id", id=lead.id)
        db.session.execute(text("UPDATE message SET read_at = now() WHERE lead_id = :id"), {"id": lead.id})
    with using_role(DatabaseRole.CLINIC, clinic_id=uuid4()):
        assert count("message") == 0
