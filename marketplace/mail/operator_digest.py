"""Writes the operators' summary: once a day at eight, in the site's time zone, and only when something waits."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from flask import current_app
from sqlalchemy import func, select

from marketplace.accounts.models import Account, operators
from marketplace.clinics import operator_queries
from marketplace.extensions import db
from marketplace.mail import outbox
from marketplace.mail.links import PageLink
from marketplace.mail.models import Email
from marketplace.mail.quota import try_lock
from marketplace.mail.suppression import Subscription

NAME = "operator_digest"
AT = time(8)
DAY = timedelta(days=1)


class Waiting(NamedTuple):
    """Since when each thing has waited."""

    listings: list[datetime]
    evidence: list[datetime]
    emails: list[datetime]

    @property
    def all(self) -> list[datetime]:
        """All moments, the oldest first."""
        return sorted([*self.listings, *self.evidence, *self.emails])


def send_due(now: datetime) -> int:
    """Writes the digest after eight, once a day, to each operator who wants it; returns how many."""
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    eight = datetime.combine(now.astimezone(zone).date(), AT, tzinfo=zone).astimezone(UTC)
    if now < eight or not _first_today(eight):
        return 0
    waiting = _waiting(before=eight)
    if not waiting.all:
        return 0
    wanting = [account for account in operators() if Subscription(account, NAME).wanted]
    for account in wanting:
        operator_digest(account, waiting=waiting, at=eight)
    return len(wanting)


def operator_digest(account: Account, *, waiting: Waiting, at: datetime) -> None:
    """Writes one operator how much waits, and for how long."""
    oldest = format_timedelta(at - waiting.all[0], granularity="hour", locale="en")
    context = {"n": len(waiting.all), "oldest": oldest, **{name: len(waits) for name, waits in _named(waiting)}}
    link = PageLink("/operator")
    outbox.put(NAME, to=account.email, audience="operator", context=context, account_id=account.id, link=link)


def _named(waiting: Waiting) -> list[tuple[str, list[datetime]]]:
    return [("listings", waiting.listings), ("evidence", waiting.evidence), ("emails", waiting.emails)]


def _first_today(eight: datetime) -> bool:
    """Whether today's digest is still to be written; of two workers one is told so."""
    if not try_lock(NAME):
        return False
    written = select(Email.id).where(Email.name == NAME, Email.created_at >= eight).limit(1)
    return db.session.scalar(written) is None


def _waiting(*, before: datetime) -> Waiting:
    """Returns what waits since before eight; what came later is for tomorrow."""
    since = before - DAY
    failed = func.coalesce(Email.bounced_at, Email.failed_at)
    came_back = select(failed).where(Email.state.in_(("failed", "bounced")), failed >= since, failed < before)
    return Waiting(
        listings=[moment for moment in operator_queries.in_review_since() if moment < before],
        evidence=[moment for moment in operator_queries.submitted_since() if moment < before],
        emails=list(db.session.scalars(came_back)),
    )
