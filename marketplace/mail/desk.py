"""What operators read of emails: what was sent when and what went wrong, never to whom or what it said."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation.problems import NotFound
from marketplace.mail import jobs
from marketplace.mail.models import Email, EmailState
from marketplace.quote_requests.models import QuoteRequest

PAGE = 50


@dataclass(frozen=True)
class EmailRow:
    """An email, and the reference of the request it is about."""

    email: Email
    ref: str | None


@dataclass(frozen=True)
class EmailPage:
    """One page of the outbox."""

    rows: list[EmailRow]
    total: int
    page: int
    pages: int


def emails(*, state: str | None = None, page: int = 1) -> EmailPage:
    """The outbox, newest first."""
    query = select(Email, QuoteRequest.ref).outerjoin(QuoteRequest, QuoteRequest.id == Email.request_id)
    counted = select(func.count()).select_from(Email)
    if state:
        query, counted = query.where(Email.state == state), counted.where(Email.state == state)
    total = db.session.scalar(counted) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = db.session.execute(
        query.order_by(Email.created_at.desc(), Email.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    )
    return EmailPage([EmailRow(email, ref) for email, ref in rows], total=total, page=page, pages=pages)


def emails_of(request: QuoteRequest) -> list[Email]:
    """All emails about one request, in order."""
    return list(
        db.session.scalars(select(Email).where(Email.request_id == request.id).order_by(Email.created_at, Email.id))
    )


def state_counts() -> dict[str, int]:
    """How many emails are in each state."""
    counts: dict[str, int] = {
        state: n for state, n in db.session.execute(select(Email.state, func.count()).group_by(Email.state))
    }
    return {state: counts.get(state, 0) for state in EmailState}


def retry(email_id: UUID) -> None:
    """A failed email waits once more. Raises NotFound, or WrongState for one that did not fail."""
    if db.session.get(Email, email_id) is None:
        raise NotFound("email")
    jobs.retry(email_id)
