"""Owners ask somebody into their team: one open invitation an address, and a team has its size."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from marketplace.accounts.queries import normal_address
from marketplace.clinics import events, invitations, team
from marketplace.clinics.invitation_ends import end
from marketplace.clinics.invitations import LIFETIME, Invitation
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import InvitationState, TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import for_each_locked
from marketplace.foundation.problems import Refused, WrongState


def invite(clinic: Clinic, *, email: str, role: TeamRole, by: UUID) -> Invitation:
    """Replaces an earlier one for this address. Raises Refused for who is in the team and when it is full."""
    email = normal_address(email)
    team.hold_as_owner(clinic, by)
    people = team.members(clinic)
    if email.lower() in {person.email.lower() for person in people}:
        raise Refused("in_team", _("This person is in your team already"), field="email")
    earlier = invitations.open_for(clinic.id, email)
    if earlier is not None:
        end(earlier, InvitationState.REPLACED)
        record(events.InvitationReplaced(clinic_id=clinic.id, reason=str(earlier.id)))
    if len(people) + len(invitations.open_ones(clinic.id)) >= team.MOST_PEOPLE:
        full = _("A team has %(n)s people at most, invitations counted. Remove one first", n=team.MOST_PEOPLE)
        raise Refused("team_full", full)
    now = clock.now()
    times = {"open_at": now, "expires_at": now + LIFETIME}
    invitation = Invitation(clinic_id=clinic.id, email=email, role=role, invited_by=by, **times)
    db.session.add(invitation)
    db.session.flush()
    record(events.MemberInvited(clinic_id=clinic.id, reason=str(invitation.id)))
    return invitation


def take_back(clinic: Clinic, invitation_id: UUID, *, by: UUID) -> None:
    """Its link is dead. Raises WrongState when it has ended already."""
    team.hold_as_owner(clinic, by)
    invitation = invitations.own(clinic.id, invitation_id)
    if invitation.state != InvitationState.OPEN:
        raise WrongState("invitation_ended", _("This invitation is not open any more"))
    end(invitation, InvitationState.TAKEN_BACK)
    record(events.InvitationTakenBack(clinic_id=clinic.id, reason=str(invitation.id)))


def lapse_due(now: datetime) -> int:
    """Nobody accepted in time; how many."""

    def lapse(invitation: Invitation) -> None:
        end(invitation, InvitationState.LAPSED)
        record(events.InvitationLapsed(clinic_id=invitation.clinic_id, reason=str(invitation.id)))

    return for_each_locked(invitations.due(now).order_by(Invitation.expires_at), lapse)
