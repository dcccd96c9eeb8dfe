"""How much is written to one address: a quota while it is unconfirmed, and no email twice by two workers at once."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base
from marketplace.foundation.database.transactions import statements
from marketplace.mail.models import Email
from marketplace.mail.register import names_of

WINDOWS = {"hour": (timedelta(hours=1), 3), "day": (timedelta(days=1), 6)}
SKEW = timedelta(minutes=1)  # between the clocks of two machines


class MailQuota(Base):
    """When mails to one address were put into the outbox, the last day's only; the address is a keyed hash."""

    __tablename__ = "mail_allowance"  # as it was called first

    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    put_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_at: Mapped[datetime]


# One statement: the row is locked by it, so of two at once the second counts the first. A moment ahead was written by a
# clock that has been put back since: it says nothing. Who was asked for in vain last has a moment that is not `now`.
_TAKE = text(
    """
    INSERT INTO mail_allowance AS kept (address_hash, put_at, last_at)
    VALUES (:address_hash, ARRAY[CAST(:now AS timestamptz)], :now)
    ON CONFLICT (address_hash) DO UPDATE SET (put_at, last_at) = (
        SELECT CASE WHEN fits THEN array_append(recent, :now) ELSE kept.put_at END,
            CASE WHEN fits THEN :now ELSE :now + interval '1 microsecond' END
        FROM (
            SELECT count(*) FILTER (WHERE moment > :since_hour) < :per_hour AND count(*) < :per_day AS fits,
                coalesce(array_agg(moment), '{}') AS recent
            FROM unnest(kept.put_at) AS moment WHERE moment > :since_day AND moment <= :until
        ) AS found
    )
    RETURNING put_at, last_at
    """
)


def exhausted_window(address_hash: bytes) -> str | None:
    """Returns the window whose quota is used up, or None when one more email may go.

    That is then counted, as with any limit also where nothing comes of the request.
    """
    if not current_app.config["LIMITS_ON"]:
        return None
    now = clock.now()
    since = {f"since_{name}": now - span for name, (span, _most) in WINDOWS.items()}
    most = {f"per_{name}": most for name, (_span, most) in WINDOWS.items()}
    given = {"address_hash": address_hash, "now": now, "until": now + SKEW, **since, **most}
    with statements() as connection:
        kept = connection.execute(_TAKE, given).one()
    if kept.last_at == now:
        return None
    counted = [moment for moment in kept.put_at if moment <= now + SKEW]
    windows = WINDOWS.items()
    return next(name for name, (span, most) in windows if sum(moment > now - span for moment in counted) >= most)


def sweep(now: datetime) -> int:
    """Deletes the rows of addresses that got no email for a day; returns how many."""
    old = delete(MailQuota).where(MailQuota.last_at <= now - WINDOWS["day"][0])
    return len(db.session.scalars(old.returning(MailQuota.address_hash)).all())


def try_lock(what: str) -> bool:
    """Takes a lock of this name until the transaction ends; returns whether it was free, without waiting for it."""
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(what, 0)))))


def mailed_recently(
    name: str,
    *,
    within: timedelta,
    request_id: UUID | None = None,
    clinic_id: UUID | None = None,
    path: str | None = None,
) -> bool:
    """Whether an email of this name, about what is given, was put into the outbox within that time."""
    given = ((Email.request_id, request_id), (Email.clinic_id, clinic_id), (Email.link_path, path))
    about = [column == value for column, value in given if value is not None]
    query = select(Email.id).where(Email.name.in_(names_of(name)), Email.created_at > clock.now() - within, *about)
    return db.session.scalar(query.limit(1)) is not None
