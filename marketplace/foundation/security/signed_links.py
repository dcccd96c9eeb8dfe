"""Links that stand for a right: signed, for one purpose, with an end, and dead once replaced or used.

The row holds no secret: the token is the row's id and an HMAC over id and purpose, so that the job that sends a mail
can make the same link again and nobody who reads the tables can.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, Select, delete, select, update
from sqlalchemy.orm import Mapped

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import Base, Created, key, uuid7
from marketplace.foundation.database.transactions import statements
from marketplace.foundation.problems import LinkGone
from marketplace.foundation.security.sealed import signing_key


class SignedLink(Created, Base):
    """A link that was given out."""

    __tablename__ = "signed_link"
    __table_args__ = (
        Index("ix_signed_link_subject_id_purpose", "subject_id", "purpose"),
        Index("ix_signed_link_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = key()
    purpose: Mapped[str]
    subject_id: Mapped[UUID]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def issue(
    purpose: str, *, subject_id: UUID, lifetime: timedelta, replace: bool = False, id: UUID | None = None
) -> SignedLink:
    """Makes a link; with `replace` the earlier ones of this purpose and subject end. Its id may be given."""
    if replace:
        end_all(purpose, subject_id=subject_id)
    link = SignedLink(id=id or uuid7(), purpose=purpose, subject_id=subject_id, expires_at=clock.now() + lifetime)
    gathering.add(link)
    return link


def end_all(purpose: str, *, subject_id: UUID) -> None:
    """Ends all links of this purpose to this subject."""
    db.session.execute(
        update(SignedLink)
        .where(
            SignedLink.purpose == purpose,
            SignedLink.subject_id == subject_id,
            SignedLink.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )


def token_of(link: SignedLink) -> str:
    """The text of the link that goes into the address."""
    return token(link.id, link.purpose)


def token(link_id: UUID, purpose: str) -> str:
    """The same by the link's id and purpose: nothing else of it is in its text."""
    return base64.urlsafe_b64encode(link_id.bytes + _signature(link_id, purpose)).decode()


def redeem(token: str, *, purpose: str, use: bool = False) -> SignedLink:
    """The link behind a token; `use` spends it. Raises LinkGone with the reason: altered, used or expired."""
    link = _link_of(token, purpose, locked=use)
    if link is None:
        raise LinkGone("altered")
    must_work(link)
    if use:
        link.ended_at = clock.now()
        db.session.flush()
    return link


def must_work(link: SignedLink) -> None:
    """Raises LinkGone for a link that was used or replaced, or whose time is over."""
    if link.ended_at is not None:
        raise LinkGone("used")
    if link.expires_at <= clock.now():
        raise LinkGone("expired", link.expires_at.isoformat())


def genuine(token: str) -> SignedLink:
    """The link behind a token that we signed, for any purpose and whether or not it still works. Raises LinkGone.

    It is as it was a moment ago, and no row of the session.
    """
    raw = _parts_of(token)
    if raw is None:
        raise LinkGone("altered")
    with statements() as connection:
        row = connection.execute(
            select(SignedLink.__table__).where(SignedLink.id == UUID(bytes=raw[:16]))
        ).one_or_none()
    if row is None or not hmac.compare_digest(raw[16:], _signature(row.id, row.purpose)):
        raise LinkGone("altered")
    return SignedLink(**row._mapping)


def expired_before(before: datetime) -> Select[UUID]:
    """Selects the links whose time ended before this moment."""
    return select(SignedLink.id).where(SignedLink.expires_at < before)


def delete_links(links: Sequence[UUID]) -> None:
    """Deletes these links: their tokens are then unknown."""
    db.session.execute(delete(SignedLink).where(SignedLink.id.in_(links)))


def delete_links_to(subject_id: UUID, *, but: str = "") -> None:
    """Deletes every link to this subject, but those of the purpose `but`."""
    db.session.execute(delete(SignedLink).where(SignedLink.subject_id == subject_id, SignedLink.purpose != but))


def _link_of(token: str, purpose: str, *, locked: bool) -> SignedLink | None:
    raw = _parts_of(token)
    if raw is None or not hmac.compare_digest(raw[16:], _signature(UUID(bytes=raw[:16]), purpose)):
        return None
    return db.session.get(SignedLink, UUID(bytes=raw[:16]), with_for_update=locked or None, populate_existing=locked)


def _parts_of(token: str) -> bytes | None:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    # One spelling is a token: base64 reads the same bytes from several.
    return raw if len(raw) == 48 and base64.urlsafe_b64encode(raw).decode() == token else None


def _signature(link_id: UUID, purpose: str) -> bytes:
    return hmac.new(signing_key("link"), purpose.encode() + link_id.bytes, hashlib.sha256).digest()
