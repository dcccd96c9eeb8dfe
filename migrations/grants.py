"""Applies what row_policies.py says: roles, their rights and their rows. Idempotent; run after every upgrade."""

import hashlib
import re
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from migrations.online import patiently
from migrations.public_pages import TRIGGERS, tables_of_public_pages, watch
from migrations.row_policies import (
    EXECUTE_RIGHTS,
    NEEDS_COLUMN,
    NEEDS_FUNCTION,
    ROLES,
    TABLE_RIGHTS,
    UNFORCED,
    WORKER,
    has_policies,
    rights_on,
)

MARKED = "app_request()"
RENAME_ROLES = Path(__file__).parent / "sql" / "rename_roles.sql"
MISSING = (
    "The roles {roles} are missing and {owner} may not make them. "
    "As a superuser run docs/roles.sql, or where they are still called face_*, migrations/sql/rename_roles.sql first"
    " (docs/running.md, Roles)."
)


class RolesMissing(RuntimeError):
    """The database lacks the roles, and its owner cannot make them."""


def apply_rights(connection: Connection, *, app: str, owner: str) -> None:
    """Gives each role its rights and policies; the app's login may take any role and has no right of its own.

    Raises RolesMissing. Each table is a transaction of its own. What stands is marked last, so whatever cut this off, the next run ends it.
    """
    if not connection.scalar(text(f"SELECT to_regprocedure('{MARKED}') IS NOT NULL")):
        return  # before row-level security
    mark = _mark(connection, app=app)
    if mark == connection.scalar(text(f"SELECT obj_description('{MARKED}'::regprocedure)")):
        return
    patiently(connection, lambda: _begin(connection, app=app, owner=owner))
    for table in sorted(_tables(connection) & set(TABLE_RIGHTS)):
        patiently(connection, partial(_apply_to_table, connection, table))
    patiently(connection, lambda: _end(connection, mark))


def _begin(connection: Connection, *, app: str, owner: str) -> None:
    """What is not about one table."""
    _make_roles(connection, app=app, owner=owner)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {', '.join(ROLES)}")
    if app != owner:
        run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {_quoted(app)}")
        run(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {_quoted(app)}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WORKER}")


def _end(connection: Connection, mark: str) -> None:
    """Who may call what, and the mark."""
    run = connection.exec_driver_sql
    for function, role in EXECUTE_RIGHTS.items():
        if connection.scalar(text("SELECT to_regprocedure(:name) IS NOT NULL"), {"name": function}):
            run(f"GRANT EXECUTE ON FUNCTION {function} TO {role}")
    run(f"COMMENT ON FUNCTION {MARKED} IS '{mark}'")


def unforce_policies(connection: Connection) -> None:
    """Lets the owner see all rows while revisions run: FORCE ROW LEVEL SECURITY would hide those that are to be moved.

    The mark goes first: whatever cuts the run off, the next one binds the owner again.
    """
    if not connection.scalar(text(f"SELECT to_regprocedure('{MARKED}') IS NOT NULL")):
        return
    patiently(connection, lambda: _run(connection, f"COMMENT ON FUNCTION {MARKED} IS NULL"))
    forced = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    for table in connection.scalars(text(forced)).all():
        patiently(connection, partial(_run, connection, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _mark(connection: Connection, *, app: str) -> str:
    """What stands is known by it: without a change nothing is locked."""
    rights = [(table, sorted(rights_on(table).items())) for table in sorted(_tables(connection) & set(TABLE_RIGHTS))]
    watched = (sorted(tables_of_public_pages()), sorted(TRIGGERS.items()))
    return hashlib.sha256(repr((app, rights, watched)).encode()).hexdigest()


def _apply_to_table(connection: Connection, table: str) -> None:
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON {table} FROM {', '.join(ROLES)}")
    watch(connection, table)
    columns = _columns(connection, table)
    for policy in _policies(connection, table):
        run(f"DROP POLICY {policy} ON {table}")
    for role, right in rights_on(table).items():
        run(f"GRANT {_on_known(right.verbs, columns)} ON {table} TO {role}")
    protected = has_policies(table)
    run(f"ALTER TABLE {table} {'ENABLE' if protected else 'DISABLE'} ROW LEVEL SECURITY")
    forced = protected and table not in UNFORCED
    run(f"ALTER TABLE {table} {'' if forced else 'NO '}FORCE ROW LEVEL SECURITY")
    if not _has_what_it_needs(connection, table):
        return
    for role, right in rights_on(table).items() if protected else ():
        rows = right.rows.format(table=table)
        new = (right.new or right.rows).format(table=table)
        run(f"CREATE POLICY {role} ON {table} TO {role} USING ({rows}) WITH CHECK ({new})")


def _has_what_it_needs(connection: Connection, table: str) -> bool:
    """Whether what the table's policies name is there at this revision."""
    other, column = NEEDS_COLUMN.get(table, (None, None))
    if other is not None and column not in _columns(connection, other):
        return False
    function = NEEDS_FUNCTION.get(table)
    known = text("SELECT to_regprocedure(:name) IS NOT NULL")
    return function is None or bool(connection.scalar(known, {"name": function}))


def _on_known(verbs: str, columns: set[str]) -> str:
    """Without the verbs on columns that an earlier revision does not have."""
    each = re.findall(r"\w+(?: \([^)]*\))?", verbs)
    return ", ".join(verb for verb in each if set(re.findall(r"\w+", verb)[1:]) <= columns)


def _columns(connection: Connection, table: str) -> set[str]:
    named = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped"
    return set(connection.scalars(text(named), {"table": table}))


def _policies(connection: Connection, table: str) -> list[str]:
    """Those that stand, whatever they are called: the roles had other names once."""
    named = "SELECT quote_ident(polname) FROM pg_policy WHERE polrelid = to_regclass(:table)"
    return list(connection.scalars(text(named), {"table": table}))


def _make_roles(connection: Connection, *, app: str, owner: str) -> None:
    may_make = connection.scalar(text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
    if may_make:
        connection.exec_driver_sql(RENAME_ROLES.read_text("utf-8").replace("%", "%%"))
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    missing = [role for role in ROLES if role not in known]
    if missing and not may_make:
        raise RolesMissing(MISSING.format(roles=", ".join(missing), owner=owner))
    for role in missing:
        connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    for role in ROLES if missing else ():
        connection.exec_driver_sql(f"GRANT {role} TO {_quoted(app)} WITH INHERIT FALSE, SET TRUE")


def _tables(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def _quoted(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'
