"""How long emails are kept, and what is known of addresses that took none.

Emails lose their text and recipient after 90 days or with their request; the bare rows go after 24 months.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select, update

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail.models import Email, EmailState
from marketplace.mail.suppression import Reason, Suppression

TEXT_RETENTION = timedelta(days=90)
ROW_RETENTION = timedelta(days=730)
# A mailbox is given to somebody else, or repaired: after this time we try again.
BOUNCE_RETENTION = timedelta(days=365)
LIFTED_RETENTION = timedelta(days=365)
OVER = tuple(state for state in EmailState if state != EmailState.WAITING)
EMPTY = {"data_key": None, "recipient_sealed": None, "text_sealed": None, "html_sealed": None}


def with_text(now: datetime) -> Select[UUID]:
    """Selects emails whose text is stored and past its time."""
    old = Email.text_sealed.is_not(None) & (Email.created_at < now - TEXT_RETENTION)
    return select(Email.id).where(old, Email.state.in_(OVER))


def rows(now: datetime) -> Select[UUID]:
    """Selects emails whose row is past its time."""
    return select(Email.id).where(Email.state.in_(OVER), Email.created_at < now - ROW_RETENTION)


def empty(emails: Sequence[UUID]) -> None:
    """Deletes recipient and text of these emails; that there was one, and how it ended, stays."""
    db.session.execute(update(Email).where(Email.id.in_(emails)).values(**EMPTY))


def forget(emails: Sequence[UUID]) -> None:
    """Deletes these emails."""
    db.session.execute(delete(Email).where(Email.id.in_(emails)))


def bounces(now: datetime) -> Select[UUID]:
    """Addresses that took no email a year ago. A complaint stays until an operator lifts it: it is a no."""
    in_force = Suppression.lifted_at.is_(None) & (Suppression.reason == Reason.BOUNCE)
    return select(Suppression.id).where(in_force, Suppression.at < now - BOUNCE_RETENTION)


def lifted(now: datetime) -> Select[UUID]:
    """Selects suppressions that were lifted long ago."""
    return select(Suppression.id).where(Suppression.lifted_at < now - LIFTED_RETENTION)


def forget_suppressions(suppressions: Sequence[UUID]) -> None:
    """Deletes these suppressions: emails may go there again."""
    db.session.execute(delete(Suppression).where(Suppression.id.in_(suppressions)))


def empty_those_of(request_id: UUID) -> list[UUID]:
    """Empties the patient's emails about a request; those that wait are not sent. The last one has its own key."""
    of_patient = (Email.request_id == request_id) & (Email.audience == "patient") & Email.data_key.is_(None)
    mine = list(db.session.scalars(select(Email.id).where(of_patient).order_by(Email.id).with_for_update()))
    unsent = {"state": EmailState.SUPPRESSED, "suppressed_at": clock.now(), "last_error": "erased"}
    waiting = update(Email).where(Email.id.in_(mine), Email.state == EmailState.WAITING)
    db.session.execute(waiting.values(**unsent))
    empty(mine)
    return mine
