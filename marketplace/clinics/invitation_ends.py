"""How an invitation ends: its state is moved, and no link to it works any more."""

from uuid import UUID

from flask import Flask
from flask_security import change_email_confirmed
from sqlalchemy import func, select

from marketplace.clinics.events import InvitationTakenBack
from marketplace.clinics.invitations import PURPOSE, Invitation
from marketplace.clinics.lifecycle import INVITATION
from marketplace.clinics.states import InvitationState
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security import signed_links


def end(invitation: Invitation, state: InvitationState) -> None:
    """Raises WrongState when it has ended already."""
    INVITATION.move(invitation, state)
    with as_system():
        signed_links.end_all(PURPOSE, subject_id=invitation.id)


def take_back_those_of(account_id: UUID, *, clinic_id: UUID) -> None:
    """Who may invite no longer does not come back by an invitation of their own."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.invited_by == account_id)
    for invitation in db.session.scalars(query.where(Invitation.state == InvitationState.OPEN)).all():
        end(invitation, InvitationState.TAKEN_BACK)
        record(InvitationTakenBack(clinic_id=clinic_id, reason=str(invitation.id)))


def take_back_those_to(email: str) -> None:
    """Its owner has another address now: whoever reads the old mailbox joins no team by it."""
    query = select(Invitation).where(func.lower(Invitation.email) == email.lower()).order_by(Invitation.id)
    with as_system():
        for invitation in db.session.scalars(query.where(Invitation.state == InvitationState.OPEN)).all():
            end(invitation, InvitationState.TAKEN_BACK)
            record(InvitationTakenBack(clinic_id=invitation.clinic_id, reason=str(invitation.id)))


def _address_changed(_sender: object, *, old_email: str, **_ignored: object) -> None:
    take_back_those_to(old_email)


def install(app: Flask) -> None:
    """Binds it to what sign-in says has happened."""
    change_email_confirmed.connect(_address_changed, app)
