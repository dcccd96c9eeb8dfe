"""What operators read of emails: what was sent when and what failed; never to whom, nor what it said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.lifecycle import count_by_state
from marketplace.foundation.paging import Page, count_rows, page_range
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.mail import jobs
from marketplace.mail.delivery import about
from marketplace.mail.events import SuppressionLifted
from marketplace.mail.models import Email, EmailState
from marketplace.mail.suppression import Reason, Suppression
from marketplace.quote_requests.models import QuoteRequest

PAGE = 50


@dataclass(frozen=True)
class EmailRow:
    """An email, the reference of the request it is about, and the clinic it went to or is about."""

    email: Email
    ref: str | None
    clinic: Clinic | None

    @property
    def at(self) -> datetime:
        """When it was sent, or when it was written while it is unsent."""
        return self.email.sent_at or self.email.created_at


def emails(*, state: str | None = None, page: int = 1) -> Page[EmailRow]:
    """Returns a page of the outbox, newest first."""
    query = select(Email, QuoteRequest.ref, Clinic).outerjoin(QuoteRequest, QuoteRequest.id == Email.request_id)
    query = query.outerjoin(Clinic, Clinic.id == Email.clinic_id)
    wanted = [Email.state == state] if state else []
    at = page_range(count_rows(select(Email.id).where(*wanted)), wanted=page, size=PAGE)
    rows = db.session.execute(at.of(query.where(*wanted).order_by(Email.created_at.desc(), Email.id.desc())))
    return at.shown(EmailRow(email, ref, clinic) for email, ref, clinic in rows)


def emails_of(request: QuoteRequest) -> list[Email]:
    """Returns all emails about one request, oldest first."""
    return list(
        db.session.scalars(select(Email).where(Email.request_id == request.id).order_by(Email.created_at, Email.id))
    )


def state_counts() -> dict[str, int]:
    """Counts emails by state."""
    return count_by_state(Email.state, EmailState)


@dataclass(frozen=True)
class SuppressedRow:
    """A suppressed address, known by its hash only, and the email that showed it."""

    suppression: Suppression
    subject: str | None
    ref: str | None


def suppressed() -> list[SuppressedRow]:
    """Returns suppressions, newest first, without what readers switched off: that is theirs to switch on."""
    query = (
        select(Suppression, Email.subject, QuoteRequest.ref)
        .outerjoin(Email, Email.id == Suppression.email_id)
        .outerjoin(QuoteRequest, QuoteRequest.id == Email.request_id)
        .where(Suppression.lifted_at.is_(None), Suppression.reason != Reason.UNSUBSCRIBED)
        .order_by(Suppression.at.desc(), Suppression.id.desc())
        .limit(PAGE)
    )
    return [SuppressedRow(row, subject, ref) for row, subject, ref in db.session.execute(query)]


def lift(suppression_id: UUID, *, reason: str) -> None:
    """Lifts a suppression. Raises NotFound, or WrongState when it was lifted before."""
    row = db.session.get(Suppression, suppression_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("suppression")
    if row.lifted_at is not None:
        raise WrongState("suppression_lifted")
    row.lifted_at, row.lifted_reason = clock.now(), reason
    email = db.session.get(Email, row.email_id) if row.email_id else None
    record(SuppressionLifted(**(about(email) if email else {}), reason=reason))


def retry(email_id: UUID) -> None:
    """Sends a failed email again. Raises NotFound, or WrongState for one that did not fail."""
    if db.session.get(Email, email_id) is None:
        raise NotFound("email")
    jobs.retry(email_id)
