"""The table of all retention rules, each a query and what is done with its rows, and the run that applies them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from marketplace.catalogue import own_prices
from marketplace.clinics import invitations
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import queue
from marketplace.foundation.security import idempotency, signed_links
from marketplace.leads import deletion_duties
from marketplace.mail import retention as emails
from marketplace.quote_requests import retention as requests
from marketplace.quote_requests.models import QuoteRequest
from marketplace.retention.erasure import erase, erase_again, pending
from marketplace.reviews import queries as reviews

BATCH = 200
LINK_RETENTION = timedelta(days=30)
FORM_TOKEN_RETENTION = timedelta(hours=72)
JOB_RETENTION = timedelta(days=14)


@dataclass(frozen=True)
class Rule:
    """What is kept how long, and since when; `due` selects the keys of what is past its time, `act` ends that."""

    name: str
    kept: timedelta
    since: str
    due: Callable[[datetime], Select[Any]]
    act: Callable[[Sequence[Any]], None]

    def count(self, now: datetime) -> int:
        """How many are past their time; nothing is changed."""
        return db.session.scalar(select(func.count()).select_from(self.due(now).subquery())) or 0

    def batch(self, now: datetime) -> int:
        """Ends a bounded number that no other transaction has locked; returns how many."""
        keys = db.session.scalars(self.due(now).with_for_update(skip_locked=True).limit(BATCH)).all()
        if keys:
            self.act(keys)
            db.session.flush()
        return len(keys)


def _each_request(act: Callable[[QuoteRequest], None]) -> Callable[[Sequence[UUID]], None]:
    def on_each(keys: Sequence[UUID]) -> None:
        for key in keys:
            act(db.session.get_one(QuoteRequest, key))

    return on_each


def _each_again(keys: Sequence[UUID]) -> None:
    for key in keys:
        erase_again(key)


_erase = _each_request(erase)

# Whole requests come last: what goes with them is counted by its own rule first, in a run as in a dry run.
RULES: tuple[Rule, ...] = (
    Rule("photos", requests.PHOTOS_RETENTION, "they were added", requests.photos, requests.forget_photos),
    Rule(
        "health answers",
        requests.HEALTH_AFTER_END,
        "the request's end",
        requests.with_health,
        _each_request(requests.forget_health),
    ),
    Rule(
        "links in emails",
        LINK_RETENTION,
        "the end of their time",
        lambda now: signed_links.expired_before(now - LINK_RETENTION),
        signed_links.delete_links,
    ),
    Rule(
        "invitations",
        invitations.KEPT_AFTER_END,
        "their end",
        lambda now: invitations.ended_invitations(now - invitations.KEPT_AFTER_END),
        invitations.forget_invitations,
    ),
    Rule(
        "form tokens",
        FORM_TOKEN_RETENTION,
        "the form was sent",
        lambda now: idempotency.used_before(now - FORM_TOKEN_RETENTION),
        idempotency.delete_tokens,
    ),
    Rule(
        "ended jobs", JOB_RETENTION, "their end", lambda now: queue.ended_before(now - JOB_RETENTION), queue.delete_jobs
    ),
    Rule(
        "ended duties to delete",
        requests.CONFIRMATIONS_RETENTION,
        "the erasure of their request",
        lambda now: deletion_duties.ended_duties(now - requests.CONFIRMATIONS_RETENTION),
        deletion_duties.forget_duties,
    ),
    Rule("texts and recipients of emails", emails.TEXT_RETENTION, "they were written", emails.with_text, emails.empty),
    Rule("emptied emails", emails.ROW_RETENTION, "they were written", emails.rows, emails.forget),
    Rule("bounced addresses", emails.BOUNCE_RETENTION, "the bounce", emails.bounces, emails.forget_suppressions),
    Rule("lifted suppressions", emails.LIFTED_RETENTION, "they were lifted", emails.lifted, emails.forget_suppressions),
    Rule(
        "decided review items",
        reviews.DECIDED_RETENTION,
        "the decision",
        lambda now: reviews.decided_before(now - reviews.DECIDED_RETENTION),
        reviews.forget,
    ),
    Rule("prices at home told by readers", own_prices.RETENTION, "their month", own_prices.old, own_prices.forget),
    Rule("drafts", requests.DRAFT_RETENTION, "the last answer", requests.drafts, _erase),
    Rule("unconfirmed requests", requests.UNCONFIRMED_RETENTION, "the form was sent", requests.unconfirmed, _erase),
    Rule("deleted requests", requests.WITHDRAWN_RETENTION, "their person deleted them", requests.withdrawn, _erase),
    Rule("ended requests", requests.REQUEST_AFTER_END, "their end", requests.ended, _erase),
    Rule("requests erased before a restore", timedelta(0), "the restore", pending, _each_again),
)


log = logging.getLogger(__name__)


def run_rules(now: datetime, *, dry_run: bool = False) -> Iterator[tuple[Rule, int]]:
    """Applies the rules; yields each with the number of things it ended, or would end."""
    for rule in RULES:
        done = rule.count(now) if dry_run else until_done(rule, now)
        if done and not dry_run:
            log.info("retention: %s %s", done, rule.name)
        yield rule, done


def erase_pending() -> int:
    """Erases what another list named and is not erased here; returns how many."""
    return until_done(next(rule for rule in RULES if rule.due is pending), clock.now())


def until_done(rule: Rule, now: datetime) -> int:
    """Ends batch after batch, each in a short transaction of its own; returns how many in all."""
    total = 0
    while True:
        done = rule.batch(now)
        db.session.commit()
        total += done
        if done < BATCH:
            return total
