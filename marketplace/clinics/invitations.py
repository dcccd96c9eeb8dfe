"""Invitations into a team: the rows, what is read of them, and how they end, so that no link to them works any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from flask_security import change_email_confirmed
from sqlalchemy import ForeignKey, Index, Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import SignalDetail
from marketplace.clinics.events import InvitationCancelled
from marketplace.clinics.states import (
    INVITATION_MOVES,
    InvitationState,
    TeamRole,
)
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security import signed_links

PURPOSE = "invitation"  # of its link
LIFETIME = timedelta(days=7)
KEPT_AFTER_END = timedelta(days=30)


class Invitation(Created, Base):
    """One address was asked into one team; at most one of them is open."""

    __tablename__ = "invitation"
    __table_args__ = (
        *state_checks(InvitationState),
        one_of("role", TeamRole),
        Index(
            "uq_invitation_open",
            "clinic_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_invitation_expires_at_open", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    email: Mapped[str]  # as owners read it
    role: Mapped[TeamRole] = mapped_column(TEXT)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[InvitationState] = mapped_column(TEXT, default=InvitationState.OPEN)
    open_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


def _waiting(clinic_id: UUID) -> Select[Invitation]:
    return select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.state == InvitationState.OPEN)


def open_ones(clinic_id: UUID) -> list[Invitation]:
    """Returns the invitations that can still be accepted, newest first."""
    query = _waiting(clinic_id).where(Invitation.expires_at > clock.now())
    return list(db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id.desc())))


def open_for(clinic_id: UUID, email: str) -> Invitation | None:
    """Returns the open invitation of this address, in any spelling, also when its time is over but not noted yet."""
    return db.session.scalar(_waiting(clinic_id).where(func.lower(Invitation.email) == func.lower(email)))


def invitation_of_clinic(clinic_id: UUID, invitation_id: UUID) -> Invitation:
    """Returns an invitation of this clinic. Raises NotFound, also for another clinic's."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound("invitation")
    return found


def due_invitations(now: datetime) -> Select[Invitation]:
    """Selects open invitations whose time is over."""
    return select(Invitation).where(Invitation.state == InvitationState.OPEN, Invitation.expires_at <= now)


def ended_invitations(before: datetime) -> Select[UUID]:
    """Selects invitations that ended before this moment, however they did."""
    moments = (Invitation.accepted_at, Invitation.cancelled_at, Invitation.replaced_at, Invitation.expired_at)
    return select(Invitation.id).where(Invitation.state != InvitationState.OPEN, func.coalesce(*moments) < before)


def forget_invitations(invitations: Sequence[UUID]) -> None:
    """Deletes these invitations and their links."""
    for invitation_id in invitations:
        signed_links.delete_links_to(invitation_id)
    db.session.execute(delete(Invitation).where(Invitation.id.in_(invitations)))


INVITATION: Lifecycle[Invitation, InvitationState] = Lifecycle(
    Invitation, INVITATION_MOVES, refusal="invitation_moved_on"
)


def end_invitation(invitation: Invitation, state: InvitationState) -> None:
    """Ends an invitation and its links. Raises WrongState when it has ended already."""
    INVITATION.move(invitation, state)
    with as_system():
        signed_links.end_all(PURPOSE, subject_id=invitation.id)


def cancel_invitations_by(account_id: UUID, *, clinic_id: UUID) -> None:
    """Cancels the open invitations of a member who may not invite any more."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.invited_by == account_id)
    for invitation in db.session.scalars(query.where(Invitation.state == InvitationState.OPEN)).all():
        end_invitation(invitation, InvitationState.CANCELLED)
        record(InvitationCancelled(clinic_id=clinic_id, reason=str(invitation.id)))


def cancel_invitations_to(email: str) -> None:
    """Cancels the open invitations to an address that its owner no longer has."""
    query = select(Invitation).where(func.lower(Invitation.email) == email.lower()).order_by(Invitation.id)
    with as_system():
        for invitation in db.session.scalars(query.where(Invitation.state == InvitationState.OPEN)).all():
            end_invitation(invitation, InvitationState.CANCELLED)
            record(InvitationCancelled(clinic_id=invitation.clinic_id, reason=str(invitation.id)))


def _address_changed(_app: Flask, *, old_email: str, **_details: SignalDetail) -> None:
    cancel_invitations_to(old_email)


def install(app: Flask) -> None:
    """Connects the cancelling to the signal that an address was changed."""
    change_email_confirmed.connect(_address_changed, app)
