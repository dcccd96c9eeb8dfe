"""What the app's database role may do: read and write rows, own nothing, never rewrite the timeline."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

APPEND_ONLY = ("timeline_entry",)


def grant_to_app(connection: Connection, role: str) -> None:
    """Idempotent; run after every upgrade."""
    quoted = '"' + role.replace('"', '""') + '"'
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}",
    ):
        connection.execute(text(statement))
    existing = {
        row[0] for row in connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    }
    for table in set(APPEND_ONLY) & existing:
        connection.execute(text(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}"))
