"""Puts up the walls: faces, their rights and their rows. Idempotent; run after every upgrade."""

import hashlib

from sqlalchemy import text
from sqlalchemy.engine import Connection

from migrations.walls import CALLS, FACES, OWNER_PASSES, RESTS_ON, WALLS, WORKER, has_policies, rights_on

MARKED = "app_request()"
MISSING = (
    "The roles {roles} are missing and {owner} may not make them. "
    "Run docs/roles.sql as a superuser first (docs/running.md, Roles)."
)


class RolesMissing(RuntimeError):
    """The database has no faces, and its owner cannot make them."""


def put_up(connection: Connection, *, app: str, owner: str) -> None:
    """The app's login may put on any face and has no right of its own. Raises RolesMissing."""
    if not connection.scalar(text(f"SELECT to_regprocedure('{MARKED}') IS NOT NULL")):
        return  # before the walls
    mark = _mark(connection, app=app)
    if mark == connection.scalar(text(f"SELECT obj_description('{MARKED}'::regprocedure)")):
        return
    _make_faces(connection, app=app, owner=owner)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {', '.join(FACES)}")
    if app != owner:
        run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {_quoted(app)}")
        run(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {_quoted(app)}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WORKER}")
    for table in sorted(_tables(connection)):
        if table in WALLS:
            _wall_off(connection, table)
    for function, face in CALLS.items():
        if connection.scalar(text("SELECT to_regprocedure(:name) IS NOT NULL"), {"name": function}):
            run(f"GRANT EXECUTE ON FUNCTION {function} TO {face}")
    run(f"COMMENT ON FUNCTION {MARKED} IS '{mark}'")


def let_the_owner_through(connection: Connection) -> None:
    """While revisions run: the walls bind the owner, too, and would hide the rows that are to be moved."""
    forced = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    for table in connection.scalars(text(forced)).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    if connection.scalar(text(f"SELECT to_regprocedure('{MARKED}') IS NOT NULL")):
        connection.exec_driver_sql(f"COMMENT ON FUNCTION {MARKED} IS NULL")


def _mark(connection: Connection, *, app: str) -> str:
    """What stands is known by it: without a change nothing is locked."""
    walls = [(table, sorted(rights_on(table).items())) for table in sorted(_tables(connection) & set(WALLS))]
    return hashlib.sha256(repr((app, walls)).encode()).hexdigest()


def _wall_off(connection: Connection, table: str) -> None:
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON {table} FROM {', '.join(FACES)}")
    for face, right in rights_on(table).items():
        run(f"GRANT {right.verbs} ON {table} TO {face}")
        run(f"DROP POLICY IF EXISTS {face} ON {table}")
    walled = has_policies(table)
    run(f"ALTER TABLE {table} {'ENABLE' if walled else 'DISABLE'} ROW LEVEL SECURITY")
    forced = walled and table not in OWNER_PASSES
    run(f"ALTER TABLE {table} {'' if forced else 'NO '}FORCE ROW LEVEL SECURITY")
    function = RESTS_ON.get(table)
    if function and not connection.scalar(text("SELECT to_regprocedure(:name) IS NOT NULL"), {"name": function}):
        return
    for face, right in rights_on(table).items() if walled else ():
        rows = right.rows.format(table=table)
        new = (right.new or right.rows).format(table=table)
        run(f"CREATE POLICY {face} ON {table} TO {face} USING ({rows}) WITH CHECK ({new})")


def _make_faces(connection: Connection, *, app: str, owner: str) -> None:
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    may_make = connection.scalar(text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
    missing = [face for face in FACES if face not in known]
    if missing and not may_make:
        raise RolesMissing(MISSING.format(roles=", ".join(missing), owner=owner))
    for face in missing:
        connection.exec_driver_sql(f"CREATE ROLE {face} NOLOGIN")
    for face in FACES if missing else ():
        connection.exec_driver_sql(f"GRANT {face} TO {_quoted(app)} WITH INHERIT FALSE, SET TRUE")


def _tables(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def _quoted(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'
