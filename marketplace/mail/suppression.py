"""Addresses we do not write to, each for a reason and within a scope until it is lifted, and unsubscribing (RFC 8058).

Addresses are known by a keyed hash only. An unsubscribe link is signed for one account and one stream and never ends:
an old email must still be good to stop the next.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ForeignKey, Index, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, key, one_of, uuid7
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security.sealed import keyring
from marketplace.mail.events import SubscribedAgain, Unsubscribed
from marketplace.mail.register import NECESSARY, STREAMS, current_name


class Reason(StrEnum):
    """Why an address gets no email."""

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
    """Stops emails of the scope to the address; False when they are stopped for this reason already."""
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


def suppression_reason(address: str, *, name: str) -> str | None:
    """Returns why this email must not go to this address; None when it may."""
    in_force = select(Suppression.reason).where(
        Suppression.address_hash == keyring.look_up_hash(address), Suppression.lifted_at.is_(None)
    )
    return db.session.scalar(in_force.where(Suppression.scope.in_(_scopes(name))).order_by(Suppression.at).limit(1))


def suppressed_among(addresses: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Returns which of these pairs of an address and an email's name must not be sent, by one statement."""
    hashes = {address: keyring.look_up_hash(address) for address, _name in addresses}
    in_force = select(Suppression.address_hash, Suppression.scope).where(
        Suppression.address_hash.in_(set(hashes.values())), Suppression.lifted_at.is_(None)
    )
    found = {(known, scope) for known, scope in db.session.execute(in_force)}
    return {
        (address, name)
        for address, name in addresses
        if any((hashes[address], scope) in found for scope in _scopes(name))
    }


def _scopes(name: str) -> set[str]:
    """Returns the scopes that an email of this name belongs to."""
    return {ALL, name} | (set() if current_name(name) in NECESSARY else {OPTIONAL})


def lift(address: str, *, reason: Reason, scope: str, why: str) -> bool:
    """Lifts a suppression, `why` being kept; False when there is none."""
    rows = update(Suppression).where(
        Suppression.address_hash == keyring.look_up_hash(address),
        Suppression.reason == reason,
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
    )
    lifted = rows.values(lifted_at=clock.now(), lifted_reason=why).returning(Suppression.id)
    return db.session.execute(lifted).scalar() is not None


@dataclass(frozen=True)
class Subscription:
    """One account's subscription to one stream of emails."""

    account: Account
    stream: str

    @property
    def wanted(self) -> bool:
        """Whether it is not switched off."""
        return suppression_reason(self.account.email, name=self.stream) != Reason.UNSUBSCRIBED

    def switch_off(self) -> None:
        """Stops the stream at once; a second time changes nothing."""
        if suppress(self.account.email, reason=Reason.UNSUBSCRIBED, scope=self.stream):
            record(Unsubscribed(account_id=self.account.id, reason=self.stream))

    def switch_on(self) -> None:
        """Starts the stream again, as its reader asked."""
        if lift(self.account.email, reason=Reason.UNSUBSCRIBED, scope=self.stream, why="asked_for"):
            record(SubscribedAgain(account_id=self.account.id, reason=self.stream))


def unsubscribe_path(account_id: UUID, stream: str) -> str:
    """Returns the path of the page that stops one stream to one account."""
    return f"/unsubscribe/{_serializer().dumps([account_id.hex, stream])}"


def subscription_of(token: str) -> Subscription:
    """Returns the subscription the link was made for. Raises NotFound for an altered link."""
    try:
        account_id, stream = _serializer().loads(token)
        account = db.session.get(Account, UUID(account_id))
    except (BadData, ValueError, TypeError) as error:
        raise NotFound("unsubscribe") from error
    if account is None or stream not in STREAMS or unsubscribe_path(account.id, stream) != f"/unsubscribe/{token}":
        raise NotFound("unsubscribe")
    return Subscription(account, stream)


def _serializer() -> URLSafeSerializer:
    secret = str(current_app.config["SECRET_KEY"])
    return URLSafeSerializer(secret, salt="unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})
