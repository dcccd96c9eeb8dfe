"""Of two workers that are about to put the same email into the outbox one does, the other leaves it to that one."""

from sqlalchemy import func, select

from marketplace.extensions import db


def only_one(what: str) -> bool:
    """Whether this transaction may, until it ends. It does not wait, so no order of locks can end as a deadlock."""
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(what, 0)))))
