"""The database roles are renamed under a site in use: the version before goes on by the old names until it restarts."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import StaticPool, create_engine

from marketplace.extensions import db
from marketplace.processes.embedded_postgres import RENAME_ROLES, ROLES
from migrations import grants
from migrations.row_policies import ROLES as NAMED_IN_POLICIES
from tests.factories import build_clinic

Superuser = psycopg.Connection[tuple[object, ...]]
AUDIT_ENTRY = import_module("migrations.versions.0021_audit_entry")
OLD = {role: role.replace("role_", "face_") for role in ROLES}


def connect(app: Flask) -> Superuser:
    return psycopg.connect(app.config["DATABASE_OWNER_URL"].replace("marketplace_owner@", "postgres@"))


@pytest.fixture
def before(own_app: Flask) -> Iterator[Superuser]:
    """A transaction in which the roles have their old names; two clinics, one of them listed."""
    with own_app.app_context():
        build_clinic("Clinic Nar")
        build_clinic("Clinic Zar", listing_state="draft")
        db.session.commit()
        db.session.remove()
    with connect(own_app) as connection:
        for new, old in OLD.items():
            connection.execute(f"ALTER ROLE {new} RENAME TO {old}".encode())
        yield connection
        connection.rollback()


def seen(connection: Superuser, role: str) -> object:
    """How many clinics the app's login sees under this role."""
    connection.execute("SET LOCAL SESSION AUTHORIZATION marketplace_app")
    connection.execute("SELECT set_config('role', %s, true)", [role])
    row = connection.execute("SELECT count(*) FROM clinic").fetchone()
    connection.execute("RESET SESSION AUTHORIZATION")
    return row and row[0]


def test_both_names_see_the_same_rows(before: Superuser) -> None:
    assert seen(before, "face_public") == 1
    for _ in range(2):  # again changes nothing
        before.execute(RENAME_ROLES.read_bytes())
        assert (seen(before, "face_public"), seen(before, "role_public")) == (1, 1)
        assert (seen(before, "face_clinic"), seen(before, "role_clinic")) == (2, 2)


def test_whoever_has_the_role_at_that_moment_keeps_it(before: Superuser) -> None:
    before.execute("SET LOCAL ROLE face_public")
    before.execute("SAVEPOINT here")
    assert before.execute("SELECT count(*) FROM clinic").fetchone() == (1,)
    before.execute("RESET ROLE")
    before.execute(RENAME_ROLES.read_bytes())
    assert before.execute("SELECT count(*) FROM pg_policies WHERE 'role_public' = ANY(roles)").fetchone() != (0,)


def test_the_old_names_may_go_afterwards(before: Superuser) -> None:
    before.execute(RENAME_ROLES.read_bytes())
    before.execute("DROP VIEW timeline_entry")
    before.execute(AUDIT_ENTRY.VIEW)
    before.execute(AUDIT_ENTRY.OPEN_VIEW)
    before.execute(f"DROP ROLE {', '.join(OLD.values())}".encode())
    assert seen(before, "role_public") == 1


def test_policies_of_the_old_names_are_made_anew(own_app: Flask) -> None:
    with connect(own_app) as connection:
        connection.execute("ALTER POLICY role_public ON clinic RENAME TO face_public")
        connection.execute("COMMENT ON FUNCTION app_request() IS NULL")
    with own_app.app_context():
        upgrade()
    with connect(own_app) as connection:
        named = connection.execute("SELECT polname FROM pg_policy WHERE polrelid = 'clinic'::regclass").fetchall()
    assert {name for (name,) in named} == set(ROLES)


def test_an_owner_that_may_make_roles_renames_them(before: Superuser) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: before, poolclass=StaticPool)
    with engine.connect() as connection:
        grants._make_roles(connection, app="marketplace_app", owner="postgres")
        assert seen(before, "role_public") == 1


def test_the_roles_are_named_alike_everywhere() -> None:
    script = (Path(__file__).parents[2] / "docs" / "roles.sql").read_text()
    assert set(ROLES) == set(NAMED_IN_POLICIES)
    assert all(f"CREATE ROLE {role} NOLOGIN;" in script for role in ROLES)
