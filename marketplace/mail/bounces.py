"""What follows from a report about an email. A report that comes twice changes nothing the second time."""

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.mail import delivery, events
from marketplace.mail.models import Email, EmailState
from marketplace.mail.reports import COMPLAINT, Report
from marketplace.mail.suppression import ALL, OPTIONAL, Reason, suppress


def take(report: Report) -> None:
    """A permanent bounce ends an email, and its address where that is gone; others are noted. Raises NotFound."""
    email = db.session.scalar(select(Email).where(Email.id == report.email_id).with_for_update())
    if email is None:
        raise NotFound("email")
    if report.event == COMPLAINT:
        _complained(email)
    elif report.permanent:
        _bounced(email, report)
    elif email.state == EmailState.SENT and email.last_problem != report.code:
        email.last_problem = report.code
        _note(events.EmailDelayed, email, reason=report.code)


def _bounced(email: Email, report: Report) -> None:
    # One that waits after an ambiguous ending did arrive, and came back: its next attempt meets the suppression.
    if report.mailbox_gone:
        _suppress(email, reason=Reason.BOUNCE, scope=ALL)
    if email.state == EmailState.SENT:
        email.last_problem = report.code
        delivery.lifecycle.move(email, EmailState.BOUNCED)
        _note(events.EmailBounced, email, reason=report.code)


def _complained(email: Email) -> None:
    if _suppress(email, reason=Reason.COMPLAINT, scope=OPTIONAL):
        _note(events.ComplaintReceived, email, reason=None)


def _suppress(email: Email, *, reason: Reason, scope: str) -> bool:
    """False when it is known already, or the address is forgotten."""
    try:
        address = delivery.contents(email).to
    except CannotOpen:
        return False
    return suppress(address, reason=reason, scope=scope, email_id=email.id)


def _note(event: type[Event], email: Email, *, reason: str | None) -> None:
    record(event(**delivery.about(email), reason=reason))
