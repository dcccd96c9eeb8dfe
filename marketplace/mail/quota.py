"""How much is written to one address: a quota while it is unconfirmed, and no email twice by two workers at once."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base

WINDOWS = {"hour": (timedelta(hours=1), 3), "day": (timedelta(days=1), 6)}
SKEW = timedelta(minutes=1)  # between the clocks of two machines


class MailQuota(Base):
    """When mails to one address were put into the outbox, the last day's only; the address is a keyed hash."""

    __tablename__ = "mail_allowance"  # as it was called first

    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    put_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_at: Mapped[datetime]


def exhausted_window(address_hash: bytes) -> str | None:
    """None when one more may go, which is then counted; else which allowance is used up.

    The row is locked, so of two at once the second counts the first.
    """
    if not current_app.config["LIMITS_ON"]:
        return None
    new = insert(MailQuota).values(address_hash=address_hash, put_at=[], last_at=clock.now())
    db.session.execute(new.on_conflict_do_nothing())
    kept = db.session.get_one(MailQuota, address_hash, with_for_update=True, populate_existing=True)
    now = clock.now()
    for name, (span, most) in WINDOWS.items():
        # A moment ahead was written by a clock that has been put back since: it says nothing.
        if sum(now - span < moment <= now + SKEW for moment in kept.put_at) >= most:
            return name
    day, _most = WINDOWS["day"]
    kept.put_at, kept.last_at = [*(moment for moment in kept.put_at if now - day < moment <= now + SKEW), now], now
    db.session.flush()
    return None


def sweep(now: datetime) -> int:
    """A day later it is forgotten that a mail went; how many addresses were."""
    old = delete(MailQuota).where(MailQuota.last_at <= now - WINDOWS["day"][0])
    return len(db.session.scalars(old.returning(MailQuota.address_hash)).all())


def try_lock(what: str) -> bool:
    """Whether this transaction may, until it ends. It does not wait, so no order of locks can end as a deadlock."""
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(what, 0)))))
