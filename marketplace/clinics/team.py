"""Reads and changes who works for a clinic."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased, joinedload

from marketplace.accounts import sessions
from marketplace.accounts.actions import end_all
from marketplace.accounts.models import Account
from marketplace.accounts.session_store import ReadAlong
from marketplace.clinics.events import MemberJoined, MemberLeft, MemberRemoved, RoleChanged
from marketplace.clinics.invitations import cancel_invitations_by
from marketplace.clinics.models import Clinic, Membership
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import adopt
from marketplace.foundation.problems import NotFound, Refused, WrongState

MAX_PEOPLE = 20  # in a team, open invitations counted


@dataclass(frozen=True)
class Member:
    """A person of the team, as the team and the operators see them."""

    account_id: UUID
    name: str
    email: str
    role: TeamRole


def _earliest(account_id: SQLColumnExpression[UUID] | UUID) -> ScalarSelect[UUID]:
    other = aliased(Membership)
    query = select(other.id).where(other.account_id == account_id).order_by(other.created_at, other.id)
    return query.limit(1).correlate(Account).scalar_subquery()


# Read with each session: whose pages these are is known with who is signed in.
OWN_MEMBERSHIP = ReadAlong(Membership, Membership.id == _earliest(Account.id), (joinedload(Membership.clinic),))


def own_membership(account_id: UUID) -> Membership | None:
    """Returns the same as `membership_of` for who is signed in, as it was read with their session."""
    found = sessions.current().found
    if found is None or found.row.account_id != account_id:
        return membership_of(account_id)
    return adopt(found.along) if isinstance(found.along, Membership) else None


def membership_of(account_id: UUID) -> Membership | None:
    """Returns this person's membership, the earliest when there are several; None for a stranger."""
    return db.session.scalar(select(Membership).where(Membership.id == _earliest(account_id)))


def members(clinic: Clinic) -> list[Member]:
    """Returns the people of a team, owners first, then by name."""
    query = select(Account.id, Account.name, Account.email, Membership.role)
    query = query.join(Membership, Membership.account_id == Account.id).where(Membership.clinic_id == clinic.id)
    rows = db.session.execute(query.order_by(Membership.role.desc(), Account.name))
    return [Member(account_id, name, email, TeamRole(role)) for account_id, name, email, role in rows]


def member(clinic: Clinic, account_id: UUID) -> Member:
    """Returns one person of the team. Raises NotFound for anybody else."""
    found = next((member for member in members(clinic) if member.account_id == account_id), None)
    if found is None:
        raise NotFound("member")
    return found


def may_invite(clinic_id: UUID, account_id: UUID) -> bool:
    """Whether this account is an owner of the team and may sign in."""
    query = select(Membership.id).join(Account, Account.id == Membership.account_id).where(Account.active)
    own = query.where(Membership.clinic_id == clinic_id, Membership.account_id == account_id)
    return db.session.scalar(own.where(Membership.role == TeamRole.OWNER)) is not None


def lock_team(clinic_id: UUID) -> None:
    """Locks a team: whoever else changes it waits for the end of this transaction."""
    db.session.execute(select(Clinic.id).where(Clinic.id == clinic_id).with_for_update(key_share=True))


def lock_team_as_owner(clinic: Clinic, account_id: UUID) -> None:
    """Locks a team for an owner who decides about it. Raises WrongState for who is no owner any more."""
    lock_team(clinic.id)
    own = _membership(clinic, account_id)
    if own is None or own.role != TeamRole.OWNER:
        raise WrongState("not_an_owner", _("You are not an owner of this team any more"))


def join_team(clinic: Clinic, account: Account, role: TeamRole) -> Membership:
    """Adds a person to a team, with one role per person and clinic."""
    membership = Membership(clinic_id=clinic.id, account_id=account.id, role=role)
    db.session.add(membership)
    db.session.flush()
    record(MemberJoined(clinic_id=clinic.id, account_id=account.id, reason=role))
    return membership


def change_role(clinic: Clinic, account_id: UUID, role: TeamRole, *, by: UUID) -> None:
    """Changes a member's role and ends their sessions.

    Raises Refused for the last owner, NotFound for a stranger, WrongState where `by` is no owner any more.
    """
    lock_team_as_owner(clinic, by)
    membership = _found(clinic, account_id)
    if membership.role == role:
        return
    if role != TeamRole.OWNER:
        _an_owner_stays(clinic, without=account_id)
        cancel_invitations_by(account_id, clinic_id=clinic.id)
    membership.role = role
    record(RoleChanged(clinic_id=clinic.id, account_id=account_id, reason=role))
    _sign_out(account_id, reason="role_changed")


def remove(clinic: Clinic, account_id: UUID, *, by: UUID) -> None:
    """Removes a member from the team and ends their sessions.

    Raises Refused for the last owner, NotFound for a stranger, WrongState where `by` is no owner any more.
    """
    lock_team_as_owner(clinic, by)
    _take_out(clinic, account_id)
    record(MemberRemoved(clinic_id=clinic.id, account_id=account_id))
    _sign_out(account_id, reason="removed_from_team")


def leave(clinic: Clinic, account_id: UUID) -> None:
    """Leaves the team of one's own will. Raises Refused for the last owner, NotFound for a stranger."""
    lock_team(clinic.id)
    _take_out(clinic, account_id)
    record(MemberLeft(clinic_id=clinic.id, account_id=account_id))
    _sign_out(account_id, reason="left_team")


def _membership(clinic: Clinic, account_id: UUID) -> Membership | None:
    """As it stands now that the team is held, whatever was read before."""
    query = select(Membership).where(Membership.clinic_id == clinic.id, Membership.account_id == account_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _found(clinic: Clinic, account_id: UUID) -> Membership:
    membership = _membership(clinic, account_id)
    if membership is None:
        raise NotFound("member")
    return membership


def _take_out(clinic: Clinic, account_id: UUID) -> None:
    membership = _found(clinic, account_id)
    _an_owner_stays(clinic, without=account_id)
    cancel_invitations_by(account_id, clinic_id=clinic.id)
    db.session.delete(membership)
    db.session.flush()


def _an_owner_stays(clinic: Clinic, *, without: UUID) -> None:
    """Somebody else who may sign in and decide."""
    others = select(func.count()).select_from(Membership).join(Account, Account.id == Membership.account_id)
    others = others.where(Membership.clinic_id == clinic.id, Membership.account_id != without, Account.active)
    if not db.session.scalar(others.where(Membership.role == TeamRole.OWNER)):
        raise Refused("last_owner", _("A team keeps one owner at least. Make somebody else an owner first"))


def _sign_out(account_id: UUID, *, reason: str) -> None:
    with as_system():
        end_all(account_id, reason=reason)
