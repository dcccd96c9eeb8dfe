"""Who works for a clinic."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Account
from marketplace.clinics.events import MemberJoined
from marketplace.clinics.models import Clinic, Membership
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.timeline import record


@dataclass(frozen=True)
class Member:
    """A person of the team, as the team and the operators see them."""

    account_id: UUID
    name: str
    email: str
    role: TeamRole


def membership_of(account_id: UUID) -> Membership | None:
    """The clinic this person works for, the earliest when there are several; None for a stranger."""
    query = select(Membership).where(Membership.user_id == account_id).options(joinedload(Membership.clinic))
    return db.session.scalar(query.order_by(Membership.created_at, Membership.id).limit(1))


def members(clinic: Clinic) -> list[Member]:
    """Owners first, then by name."""
    query = select(Account.id, Account.name, Account.email, Membership.role)
    query = query.join(Membership, Membership.user_id == Account.id).where(Membership.clinic_id == clinic.id)
    rows = db.session.execute(query.order_by(Membership.role.desc(), Account.name))
    return [Member(account_id, name, email, TeamRole(role)) for account_id, name, email, role in rows]


def join_team(clinic: Clinic, account: Account, role: TeamRole) -> Membership:
    """One role a person and clinic."""
    membership = Membership(clinic_id=clinic.id, user_id=account.id, role=role)
    db.session.add(membership)
    db.session.flush()
    record(MemberJoined(clinic_id=clinic.id, account_id=account.id, reason=role))
    return membership
