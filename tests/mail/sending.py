"""Sending as the worker would, as soon as the next attempt is due."""

import itertools
from datetime import datetime, timedelta

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import jobs
from marketplace.mail.models import Email
from tests.outbox import jobs_of


def send(email: Email) -> Email:
    """One attempt, when it is due."""
    with clock.set_to(max(clock.now(), email.retry_at or clock.now())):
        jobs.send(email_id=str(email.id))
    db.session.refresh(email)
    return email


def send_until_over(email: Email) -> list[timedelta]:
    """Attempt after attempt, each when it is due; the gaps between them."""
    moments: list[datetime] = []
    while email.state == "waiting":
        moments.append(max(clock.now(), email.retry_at or clock.now()))
        send(email)
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


def again_in(email: Email) -> timedelta:
    """Until the job of the next attempt."""
    (later,) = [job for job in jobs_of("mail.send", email_id=email.id) if job.scheduled_at]
    gap: timedelta = later.scheduled_at - clock.now()
    return gap


def forget_jobs() -> None:
    """As if the queue had lost them."""
    db.session.execute(db.text("DELETE FROM procrastinate_jobs"))
