"""A log of its own to seal, and the owner's hand that rewrites it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import Connection, create_engine, pool, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import seals
from marketplace.foundation.audit.log import AuditEntry, CommandRun, record
from marketplace.foundation.database.columns import first_key

TABLES = ("audit_entry", "audit_seal", "audit_seal_entry")
LONG_AGO = timedelta(days=800)


def soon() -> datetime:
    """When everything made by now is old enough to be sealed."""
    return clock.now() + timedelta(minutes=2)


def write(app: Flask, *reasons: str) -> None:
    """One committed entry each."""
    with app.app_context():
        for reason in reasons:
            record(CommandRun(reason=reason))
        db.session.commit()


def seal(app: Flask, now: datetime | None = None) -> int:
    """What the timer does."""
    with app.app_context():
        sealed = seals.seal(now or soon())
        db.session.commit()
        return sealed


def write_at(app: Flask, moment: datetime, *reasons: str) -> None:
    """Entries as they were made at that moment."""
    with app.app_context():
        for number, reason in enumerate(reasons):
            key = first_key(moment).int | 0x7 << 76 | 0b10 << 62 | number
            made = AuditEntry(name="CommandRun", actor="keeper", reason=reason, at=moment)
            made.id = type(first_key(moment))(int=key)
            db.session.add(made)
        db.session.commit()


@contextmanager
def as_owner(app: Flask) -> Iterator[Connection]:
    """Who owns the tables."""
    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=pool.NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def rewrite(app: Flask, statement: str, **values: object) -> None:
    """One statement of the owner's, guards off."""
    with as_owner(app) as connection:
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        assert connection.execute(text(statement), values).rowcount
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))


def guarded(app: Flask, *statements: str) -> None:
    """What the owner tries with the guards on."""
    with as_owner(app) as connection:
        for statement in statements:
            connection.execute(text(statement))


def id_of(app: Flask, reason: str) -> str:
    """The entry that says this."""
    with app.app_context():
        return str(db.session.query(AuditEntry.id).filter_by(reason=reason).scalar())
