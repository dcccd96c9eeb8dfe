"""Which tables public pages read, and the triggers that move `public_version` when one of them changes.

A table is read by public pages where `role_public` may read it (row_policies.py), so that none is forgotten. Whole rows
are compared, so that a trigger depends on no column, and a statement that changed nothing moves nothing.
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from migrations.row_policies import PUBLIC, TABLE_RIGHTS

FUNCTION = "public_page_changed()"
# On no page, counted with every request that is sent; written by triggers of tables that are watched themselves; or by
# anybody who reads a page.
NOT_WATCHED = frozenset(
    {
        "clinic_load",
        "public_version",
        "clinic_card",
        "clinic_offer",
        "market_version",
        "search_word",
        "search_tier",
        "own_price",
    }
)
TRIGGERS = {
    "public_page_row": "AFTER INSERT OR DELETE ON {table} FOR EACH ROW",
    "public_page_update": "AFTER UPDATE ON {table} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)",
    "public_page_truncate": "AFTER TRUNCATE ON {table} FOR EACH STATEMENT",
}


def tables_of_public_pages() -> set[str]:
    """Returns the tables with a change of which some public page changes."""
    return {table for table, rights in TABLE_RIGHTS.items() if PUBLIC in rights} - NOT_WATCHED


def watch(connection: Connection, table: str) -> None:
    """Gives the table its triggers anew; none where no public page reads it, or at a revision before the function."""
    for name in TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    there = connection.scalar(text(f"SELECT to_regprocedure('{FUNCTION}') IS NOT NULL"))
    if there and table in tables_of_public_pages():
        for name, when in TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION {FUNCTION}")
