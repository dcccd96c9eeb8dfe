"""Addresses we do not write to: known by a keyed hash only, each for a reason, within a scope, until it is lifted."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base, key, one_of, uuid7
from marketplace.foundation.security.sealed import keyring
from marketplace.mail.register import NECESSARY


class Reason(StrEnum):
    """Why nothing goes there."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"


ALL, OPTIONAL = "all", "optional"


class Suppression(Base):
    """One reason not to write to one address."""

    __tablename__ = "suppression"
    __table_args__ = (
        one_of("reason", Reason),
        Index(
            "uq_suppression_in_force",
            "address_hash",
            "reason",
            "scope",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_suppression_at", "at"),
    )

    id: Mapped[UUID] = key()
    address_hash: Mapped[bytes]
    reason: Mapped[str]
    scope: Mapped[str]  # all, optional (whatever is not necessary), or the name of a stream
    at: Mapped[datetime]
    email_id: Mapped[UUID | None] = mapped_column(ForeignKey("email.id", ondelete="SET NULL"))  # which one showed it
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None]


def suppress(address: str, *, reason: Reason, scope: str, email_id: UUID | None = None) -> bool:
    """False when it is known already."""
    row = insert(Suppression).values(
        id=uuid7(),
        address_hash=keyring.look_up_hash(address),
        reason=reason,
        scope=scope,
        at=clock.now(),
        email_id=email_id,
    )
    added = row.on_conflict_do_nothing().returning(Suppression.id)
    return db.session.execute(added).scalar() is not None


def in_the_way(address: str, *, name: str) -> str | None:
    """Why this email must not go to this address; None when it may."""
    scopes = {ALL, name} | (set() if name in NECESSARY else {OPTIONAL})
    in_force = select(Suppression.reason).where(
        Suppression.address_hash == keyring.look_up_hash(address), Suppression.lifted_at.is_(None)
    )
    return db.session.scalar(in_force.where(Suppression.scope.in_(scopes)).order_by(Suppression.at).limit(1))


def lift(address: str, *, reason: Reason, scope: str, why: str) -> bool:
    """False when there is nothing to lift."""
    rows = update(Suppression).where(
        Suppression.address_hash == keyring.look_up_hash(address),
        Suppression.reason == reason,
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
    )
    lifted = rows.values(lifted_at=clock.now(), lifted_reason=why).returning(Suppression.id)
    return db.session.execute(lifted).scalar() is not None
