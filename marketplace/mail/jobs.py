"""The jobs of the outbox. They run in the worker, so each commits its own steps."""

from datetime import datetime, timedelta
from uuid import UUID

from procrastinate import JobContext
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, defer_first, queue
from marketplace.mail import batches, delivery
from marketplace.mail.domain_limit import Busy, DomainLimit
from marketplace.mail.models import Email, EmailState
from marketplace.mail.register import REGISTER, current_name

# First attempts, with those somebody waits for at the screen apart, and what comes again: each has places of its own
# in the worker, so that retries and silent domains hold up nothing else.
FIRST, MAIL, LATER = "mail.first", "mail", "mail.later"
URGENT = 5  # priority within a queue
LOOK_AGAIN_AFTER = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(minutes=15)
MAX_SWEPT = 500
domain_limit = DomainLimit()
_URGENT = frozenset(name for name, row in REGISTER.items() if row.urgent)


@queue.task(name="mail.send", queue=MAIL, retry=AFTER_OUTAGE, pass_context=True)
def send(context: JobContext | None = None, *, email_id: str) -> None:
    """Sends one email; where it cannot be sent now, the next attempt is part of the same commit.

    In a worker a first attempt takes along what waits behind it.
    """
    key = UUID(email_id)
    lane = context.job.queue if context is not None else LATER
    if lane != LATER and batches.send_with_others(
        key, send, queue=lane, later=LATER, limit=domain_limit, again=queue_sending
    ):
        return
    domain = delivery.domain_of(key)
    # Nothing is held in the database while its domain has no place.
    db.session.commit()
    try:
        with domain_limit.place(domain):
            _send(key)
    except Busy as busy:
        queue_sending(key, at=clock.now() + timedelta(seconds=busy.seconds))
        db.session.commit()


def _send(key: UUID) -> None:
    try:
        due = delivery.prepare(key)
    except delivery.TooEarly as early:
        queue_sending(key, at=early.at)
        due = False
    db.session.commit()
    retry_at = delivery.attempt(key) if due else None
    if retry_at is None and delivery.still_waits(key):
        # In the hand of another worker, which may never come back.
        retry_at = clock.now() + LOOK_AGAIN_AFTER
    if retry_at is not None:
        queue_sending(key, at=retry_at)
    db.session.commit()


def queue_first_sending(email: Email) -> None:
    """Queues the first attempt of an email that this transaction puts into the outbox."""
    urgent = current_name(email.name) in _URGENT
    lane, priority = (FIRST, URGENT) if urgent else (MAIL, 0)
    defer_first(send, queue=lane, priority=priority, queueing_lock=_lock(email.id), email_id=str(email.id))


def queue_sending(email_id: UUID, *, at: datetime | None = None) -> bool:
    """Queues the sending of an email, one job each; False when there is one already. No `at`: as soon as possible."""
    urgent = current_name(delivery.name_of(email_id) or "") in _URGENT
    return defer(
        send,
        queue=LATER if at else FIRST if urgent else MAIL,
        priority=URGENT if urgent else 0,
        schedule_at=at,
        queueing_lock=_lock(email_id),
        email_id=str(email_id),
    )


def _lock(email_id: UUID) -> str:
    return f"mail.send:{email_id}"


def sweep_waiting(now: datetime) -> int:
    """Queues emails whose job was lost again; returns how many."""
    forgotten = db.session.scalars(
        select(Email.id)
        .where(Email.state == EmailState.WAITING)
        .where(func.coalesce(Email.retry_at, Email.waiting_at) < now - FORGOTTEN_AFTER)
        .order_by(Email.created_at)
        .limit(MAX_SWEPT)
    ).all()
    return sum(queue_sending(email_id, at=now) for email_id in forgotten)


def retry(email_id: UUID) -> None:
    """Queues a failed email again, as an operator asked. Raises WrongState for any other."""
    email = db.session.get_one(Email, email_id)
    delivery.wait_again(email)
    queue_sending(email_id)
