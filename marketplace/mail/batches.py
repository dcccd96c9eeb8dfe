"""Emails that a job sends along with its own: prepared by one transaction, sent one by one, each noted at once.

Their jobs are only put off for a moment. So whatever becomes of a batch (a worker that is killed, a server that hangs),
what it did not send is due again soon and goes by itself, as does everything that is not plain: a second attempt, an
address that is suppressed, an email that must not go any more.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from procrastinate.tasks import Task
from sqlalchemy import bindparam, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database import queue as job_queue
from marketplace.foundation.security.sealed import CannotOpen, KeyMissing
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.mail import delivery, links
from marketplace.mail.delivery import Contents
from marketplace.mail.domain_limit import Busy, DomainLimit
from marketplace.mail.message import SevenBitMessage
from marketplace.mail.models import Email, EmailState
from marketplace.mail.smtp_outcomes import GIVE_UP_AFTER, Outcome
from marketplace.mail.suppression import suppressed_among
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

MOST = 50
EXPECTED = 1.0  # seconds that a batch should take: what the server would take longer for stays for other places
BEGUN_WITHIN = 2.0  # seconds; what is not begun by then is given back
RESERVED = timedelta(seconds=4)  # then the jobs of what was not sent are due, also where nobody gave them back

# Held while it is sent, as by every sender. Where anything changed since it was prepared, it goes by itself.
_STILL_DUE = (
    select(Email.id)
    .outerjoin(QuoteRequest, QuoteRequest.id == Email.request_id)
    .outerjoin(SignedLink, SignedLink.id == Email.id)
    .where(
        Email.id == bindparam("email_id"),
        Email.state == EmailState.WAITING,
        Email.attempts == 0,
        Email.text_sealed.is_not(None),
        QuoteRequest.state.is_not_distinct_from(bindparam("request_state", type_=QuoteRequest.state.type)),
        SignedLink.ended_at.is_(None),
    )
    .with_for_update(of=Email, skip_locked=True)
)

_ACCEPTED = job_queue.finish_with(delivery.lifecycle.move_statement(EmailState.SENT, attempts=Email.attempts + 1))


class Again(Protocol):
    """Queues another attempt."""

    def __call__(self, email_id: UUID, *, at: datetime) -> bool:
        """At that moment."""


class Result(Enum):
    """What became of one email; `left` is as it was before."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LEFT = "left"


class Prepared(NamedTuple):
    """An email that may go as it is, and its reserved job."""

    job: int | None  # none for the email whose own job is at work
    id: UUID
    request_state: RequestState | None
    message: SevenBitMessage
    domain: str


def send_with_others(
    own: UUID, task: Task[Any, Any, Any], *, queue: str, later: str, limit: DomainLimit, again: Again
) -> bool:
    """Sends an email, and along with it plain first attempts whose jobs wait in the queue; whether it went itself.

    Where it did not it is as it was, and goes by itself. Domains that answered lately come first: one that hangs holds
    up nobody but those of whom nothing is known. What is to be tried again goes to the queue `later`, by its reserved
    job; for `own`, which has none, `again` makes one.
    """
    until, last_moment = clock.now() + RESERVED, time.monotonic() + BEGUN_WITHIN
    most = _fitting(limit.each_takes)
    reserved = job_queue.reserve(task, queue=queue, most=most, until=until) if most else {}
    jobs = {own: None} | {UUID(arguments["email_id"]): job for job, arguments in reserved.items()}
    ready = _prepare(jobs)
    db.session.commit()
    ready.sort(key=lambda each: not limit.answers(each.domain))
    left, went = set(reserved), False
    for each in ready:
        if time.monotonic() > last_moment:
            break
        left.discard(each.job)
        result = _send(each, limit=limit, later=later, again=again)
        went = went or (each.id == own and result is not Result.LEFT)
        if result is Result.REFUSED:
            break
    if left:
        job_queue.release(sorted(left), until=until)
        db.session.commit()
    return went


def _fitting(each_takes: float | None) -> int:
    """Returns how many the server is expected to take in time, by what the last one took; none after a failure."""
    return min(MOST, int(EXPECTED / max(each_takes, EXPECTED / MOST))) if each_takes is not None else 0


def _prepare(jobs: Mapping[UUID, int | None]) -> list[Prepared]:
    """Makes the links and the messages of the plain ones among these emails, in the order of the jobs."""
    emails = _first_attempts(jobs)
    asked = _requests_of(emails)
    opened = dict(_opened(emails))
    suppressed = suppressed_among({(opened[email.id].to, email.name) for email in emails if email.id in opened})
    kept = db.session.scalars(select(SignedLink).where(SignedLink.id.in_(opened))).all()
    have_link = {link.id for link in kept}
    gathering.begin()
    ready = []
    for email in emails:
        found = opened.get(email.id)
        if found is None or (found.to, email.name) in suppressed:
            continue
        message = _message(email, found, is_new=email.id not in have_link)
        if message is not None:
            request = asked.get(email.request_id) if email.request_id else None
            state = request.state if request is not None else None
            ready.append(Prepared(jobs[email.id], email.id, state, message, found.to.rpartition("@")[2]))
    gathering.write()
    return ready


def _first_attempts(jobs: Collection[UUID]) -> list[Email]:
    since = clock.now() - GIVE_UP_AFTER
    plain = (Email.state == EmailState.WAITING) & (Email.attempts == 0) & (Email.waiting_at > since)
    plain &= Email.name.not_in(delivery.FORGOTTEN_ONCE_ENDED)
    found = {email.id: email for email in db.session.scalars(select(Email).where(Email.id.in_(jobs), plain))}
    return [found[email_id] for email_id in jobs if email_id in found]


def _requests_of(emails: Collection[Email]) -> dict[UUID, QuoteRequest]:
    """Reads the requests that these emails are about or lead to; the session finds them while they are held."""
    ids = {request_id for email in emails for request_id in (email.request_id, email.link_subject_id) if request_id}
    found = db.session.scalars(select(QuoteRequest).where(QuoteRequest.id.in_(ids))).all() if ids else []
    return {request.id: request for request in found}


def _opened(emails: Sequence[Email]) -> Iterator[tuple[UUID, Contents]]:
    for email in emails:
        try:
            yield email.id, delivery.contents(email)
        except (CannotOpen, KeyMissing):
            continue  # its own attempt finds out why


def _message(email: Email, opened: Contents, *, is_new: bool) -> SevenBitMessage | None:
    try:
        links.make_ready(email, is_new=is_new)
        message = delivery.message_of(email, opened)
        message.as_bytes()
    except (links.NoLongerDue, ValueError):
        return None
    return message


def _send(each: Prepared, *, limit: DomainLimit, later: str, again: Again) -> Result:
    began = time.monotonic()
    try:
        with limit.place(each.domain):
            connection = db.session.connection()
            given = {"email_id": each.id, "request_state": each.request_state}
            if connection.scalar(_STILL_DUE, given) is None:
                db.session.rollback()
                return Result.LEFT
            outcome = delivery.hand_over(each.message)
            if outcome is None:
                connection.execute(_ACCEPTED, {"moved_id": each.id, "moved_at": clock.now(), "finished_job": each.job})
            else:
                _note_failure(each, outcome, later=later, again=again)
            db.session.commit()
    except Busy:
        return Result.LEFT
    limit.each_takes = time.monotonic() - began if outcome is None else None
    return Result.ACCEPTED if outcome is None else Result.REFUSED


def _note_failure(each: Prepared, outcome: Outcome, *, later: str, again: Again) -> None:
    email = db.session.get_one(Email, each.id)
    email.attempts += 1
    retry_at = delivery.note_failure(email, outcome)
    if each.job is None:
        if retry_at is not None:
            again(each.id, at=retry_at)
    elif retry_at is None:
        job_queue.finish_reserved(each.job)
    else:
        job_queue.move_reserved(each.job, queue=later, at=retry_at)
