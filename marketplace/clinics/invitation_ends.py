"""How an invitation ends: its state is moved, and no link to it works any more."""

from uuid import UUID

from sqlalchemy import select

from marketplace.clinics.events import InvitationTakenBack
from marketplace.clinics.invitations import PURPOSE, Invitation
from marketplace.clinics.lifecycle import INVITATION
from marketplace.clinics.states import InvitationState
from marketplace.extensions import db
from marketplace.foundation import signed_links
from marketplace.foundation.faces import as_system
from marketplace.foundation.timeline import record


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
