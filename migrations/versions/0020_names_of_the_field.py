"""columns, states and a table carry the names of the field: expired, cancelled, account_id, access_record"""

from alembic import op
from sqlalchemy import inspect

from migrations.online import separate_transactions, constrain, in_batches, lock_at_once

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Renamed at once, without a look at the rows.
COLUMNS = (
    ("lead", "lapsed_at", "expired_at"),
    ("clinic_check", "lapsed_at", "expired_at"),
    ("invitation", "lapsed_at", "expired_at"),
    ("invitation", "taken_back_at", "cancelled_at"),
    ("quote_request", "touched_at", "last_answered_at"),
    ("quote_request", "kept_at", "retention_restarted_at"),
    ("membership", "user_id", "account_id"),
    ("routing_count", "n", "count"),
    ("listing_facet", "n", "count"),
    ("price_range", "n", "count"),
)
CONSTRAINTS = (
    ("membership", "fk_membership_user_id", "fk_membership_account_id"),
    ("membership", "uq_membership_clinic_id_user_id", "uq_membership_clinic_id_account_id"),
    ("access_record", "pk_look", "pk_access_record"),
    ("access_record", "fk_look_request_id", "fk_access_record_request_id"),
    ("access_record", "fk_look_clinic_id", "fk_access_record_clinic_id"),
)
INDEXES = (
    ("ix_membership_user_id", "ix_membership_account_id"),
    ("ix_look_request_id_at", "ix_access_record_request_id_at"),
)
TABLES = sorted({table for table, _old, _new in COLUMNS})
# Of each table the states before and after, in the same order.
STATES = {
    "lead": (
        ("new", "opened", "asked", "quoted", "declined", "lapsed", "won", "lost", "revoked", "frozen"),
        ("new", "opened", "asked", "quoted", "declined", "expired", "won", "lost", "revoked", "frozen"),
    ),
    "clinic_check": (
        ("missing", "submitted", "passed", "lapsed", "refused", "revoked"),
        ("missing", "submitted", "passed", "expired", "refused", "revoked"),
    ),
    "invitation": (
        ("open", "accepted", "taken_back", "replaced", "lapsed"),
        ("open", "accepted", "cancelled", "replaced", "expired"),
    ),
}
STATE_COLUMNS = {"lead": ("state", "state_before_loss", "state_before_freeze")}


def upgrade() -> None:
    _rename_all()
    for table, (before, after) in STATES.items():
        _move_states(table, before, after)


def downgrade() -> None:
    _rename_all(back=True)
    for table, (before, after) in STATES.items():
        _move_states(table, after, before)


def _rename_all(*, back: bool = False) -> None:
    """All in one transaction; nothing is left to do where a run that was cut off has done it."""
    table, becomes = ("access_record", "look") if back else ("look", "access_record")
    if not inspect(op.get_bind()).has_table(table):
        return
    lock_at_once(*TABLES, table)
    op.rename_table(table, becomes)
    for of, *names in COLUMNS:
        old, new = reversed(names) if back else names
        op.alter_column(of, old, new_column_name=new)
    for of, *names in CONSTRAINTS:
        old, new = reversed(names) if back else names
        op.execute(f"ALTER TABLE {becomes if of == 'access_record' else of} RENAME CONSTRAINT {old} TO {new}")
    for names in INDEXES:
        old, new = reversed(names) if back else names
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")


def _move_states(table: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Rows in batches, while others write: the rule knows both words until no row has the earlier one."""
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    with separate_transactions():
        _know(table, *dict.fromkeys((*before, *after)))
        for old, _new in moved:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{old}_has_moment")
        for column in STATE_COLUMNS.get(table, ("state",)):
            for old, new in moved:
                run = f"UPDATE {table} SET {column} = '{new}' WHERE id > :after AND id <= :upto AND {column} = '{old}'"
                in_batches(run, table=table)
        _know(table, *after)
        for _old, new in moved:
            constrain(table, f"ck_{table}_{new}_has_moment", f"CHECK (state <> '{new}' OR {new}_at IS NOT NULL)")


def _know(table: str, *states: str) -> None:
    constrain(table, f"ck_{table}_state_known", f"CHECK (state IN ({str(states)[1:-1]}))")
