"""Invites into a team, and joins one by the mailed link.

One open invitation an address, a limit to the size of a team; a link proves one address and works once, and a person
works for one clinic.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext as _

from marketplace.accounts.actions import make_account
from marketplace.accounts.models import Account, account_with_address, names_of, normal_address
from marketplace.clinics import events, invitations, team
from marketplace.clinics.invitations import INVITATION, LIFETIME, PURPOSE, Invitation, end_invitation
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import InvitationState, TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import acting_as, record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import for_each_locked
from marketplace.foundation.problems import LinkGone, Refused, WrongState
from marketplace.foundation.security import signed_links


def invite(clinic: Clinic, *, email: str, role: TeamRole, by: UUID) -> Invitation:
    """Invites an address into a team; an earlier invitation of it is replaced.

    Raises Refused for who is in the team and when it is full, WrongState for who is no owner any more.
    """
    email = normal_address(email)
    team.lock_team_as_owner(clinic, by)
    people = team.members(clinic)
    if email.lower() in {person.email.lower() for person in people}:
        raise Refused("in_team", _("This person is in your team already"), field="email")
    earlier = invitations.open_for(clinic.id, email)
    if earlier is not None:
        end_invitation(earlier, InvitationState.REPLACED)
        record(events.InvitationReplaced(clinic_id=clinic.id, reason=str(earlier.id)))
    if len(people) + len(invitations.open_ones(clinic.id)) >= team.MAX_PEOPLE:
        full = _("A team has %(n)s people at most, invitations counted. Remove one first", n=team.MAX_PEOPLE)
        raise Refused("team_full", full)
    now = clock.now()
    times = {"open_at": now, "expires_at": now + LIFETIME}
    invitation = Invitation(clinic_id=clinic.id, email=email, role=role, invited_by=by, **times)
    db.session.add(invitation)
    db.session.flush()
    record(events.MemberInvited(clinic_id=clinic.id, reason=str(invitation.id)))
    return invitation


def cancel_invitation(clinic: Clinic, invitation_id: UUID, *, by: UUID) -> None:
    """Cancels an open invitation; its link is dead. Raises WrongState when it has ended already."""
    team.lock_team_as_owner(clinic, by)
    invitation = invitations.invitation_of_clinic(clinic.id, invitation_id)
    if invitation.state != InvitationState.OPEN:
        raise WrongState("invitation_ended", _("This invitation is not open any more"))
    end_invitation(invitation, InvitationState.CANCELLED)
    record(events.InvitationCancelled(clinic_id=clinic.id, reason=str(invitation.id)))


def expire_invitations_due(now: datetime) -> int:
    """Expires invitations that nobody accepted in time and returns how many."""

    def expire(invitation: Invitation) -> None:
        end_invitation(invitation, InvitationState.EXPIRED)
        record(events.InvitationExpired(clinic_id=invitation.clinic_id, reason=str(invitation.id)))

    return for_each_locked(invitations.due_invitations(now).order_by(Invitation.expires_at), expire)


class InviteeStanding(StrEnum):
    """What the invited person has to do first."""

    NEW = "new"  # no account yet
    FREE = "free"  # an account, and no team
    HERE = "here"  # in this team already
    ELSEWHERE = "elsewhere"  # in another clinic's team
    BARRED = "barred"  # our own staff, or nobody who may sign in


@dataclass(frozen=True)
class Invited:
    """An open invitation as the person reads it who holds its link."""

    email: str
    role: TeamRole
    clinic_name: str
    clinic_city: str
    inviter: str
    until: datetime
    standing: InviteeStanding
    account_id: UUID | None


def peek_invitation(token: str) -> Invited:
    """Returns who invites whom, and changes nothing. Raises LinkGone."""
    with as_system():
        return read_invitation(_behind(signed_links.redeem(token, purpose=PURPOSE)))


def read_invitation(invitation: Invitation) -> Invited:
    """Returns what the email and the page of an invitation say, as things stand now."""
    clinic = db.session.get_one(Clinic, invitation.clinic_id)
    account = account_with_address(invitation.email)
    return Invited(
        email=invitation.email,
        role=invitation.role,
        clinic_name=clinic.name,
        clinic_city=clinic.city,
        inviter=names_of([invitation.invited_by])[invitation.invited_by],
        until=invitation.expires_at,
        standing=_invitee_standing(account, clinic.id),
        account_id=account.id if account else None,
    )


def join_as_new(token: str, *, name: str, password: str) -> None:
    """Makes an account for whoever holds the link, and joins the team.

    Raises LinkGone, and WrongState where there is an account already.
    """
    with as_system():
        invitation = _accepted(token)
        if account_with_address(invitation.email) is not None:
            raise WrongState("account_exists", _("There is an account with this address. Sign in with it"))
        account = make_account(email=invitation.email, name=name, password=password)
        _join(invitation, account)


def join(token: str, account_id: UUID) -> None:
    """Joins the team with the account of the invited address. Raises LinkGone, and WrongState for any other account."""
    with as_system():
        invitation = _accepted(token)
        # Held, so that of two invitations accepted at once the second finds the first.
        account = db.session.get_one(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)
        own = account_with_address(invitation.email)
        if own is not account or _invitee_standing(account, invitation.clinic_id) != InviteeStanding.FREE:
            raise WrongState("not_free", _("This account cannot join the team"))
        _join(invitation, account)


def _accepted(token: str) -> Invitation:
    """Spends the link. The team is locked first, as by whoever invites or cancels."""
    team.lock_team(_behind(signed_links.redeem(token, purpose=PURPOSE)).clinic_id)
    invitation = _behind(signed_links.redeem(token, purpose=PURPOSE, use=True))
    INVITATION.move(invitation, InvitationState.ACCEPTED)
    return invitation


def _join(invitation: Invitation, account: Account) -> None:
    with acting_as(account.actor):
        team.join_team(db.session.get_one(Clinic, invitation.clinic_id), account, invitation.role)


def _behind(link: signed_links.SignedLink) -> Invitation:
    invitation = db.session.get(Invitation, link.subject_id, populate_existing=True)
    if invitation is None:
        raise LinkGone("altered")
    if invitation.state != InvitationState.OPEN or not team.may_invite(invitation.clinic_id, invitation.invited_by):
        raise LinkGone("used")
    return invitation


def _invitee_standing(account: Account | None, clinic_id: UUID) -> InviteeStanding:
    if account is None:
        return InviteeStanding.NEW
    if account.is_operator or not account.active:
        return InviteeStanding.BARRED
    membership = team.membership_of(account.id)
    if membership is None:
        return InviteeStanding.FREE
    return InviteeStanding.HERE if membership.clinic_id == clinic_id else InviteeStanding.ELSEWHERE
