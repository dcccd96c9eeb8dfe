"""How a doctor opens a passport: an address and a code, for an hour, with few tries; each look is recorded."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.aftercare.events import PassportCodeMade, PassportLooked
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, key
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import statements
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.sealed import keyring
from marketplace.quote_requests.models import QuoteRequest

PURPOSE = "passport"
CODE_LENGTH = 8
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes
OPEN_FOR = timedelta(hours=1)
MAX_TRIES = 5


class PassportCode(Base):
    """A code that opens a passport; its key is that of the link that it belongs to."""

    __tablename__ = "passport_code"
    __table_args__ = (Index("ix_passport_code_request_id", "request_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    code_hash: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PassportLook(Base):
    """Somebody opened the passport with a code."""

    __tablename__ = "passport_look"
    __table_args__ = (Index("ix_passport_look_request_id", "request_id"),)

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    at: Mapped[datetime]


def make_code(request: QuoteRequest) -> tuple[str, str]:
    """Returns the token of the address and the code; both are shown once, and the ones before end."""
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    link = signed_links.issue(PURPOSE, subject_id=request.id, lifetime=OPEN_FOR, replace=True)
    hashed = _hash(link.id, code)
    made = {"request_id": request.id, "code_hash": hashed, "made_at": clock.now(), "expires_at": link.expires_at}
    db.session.add(PassportCode(id=link.id, **made))
    db.session.flush()
    record(PassportCodeMade(request_id=request.id))
    return signed_links.token_of(link), code


def tries_left(link_id: UUID) -> int:
    """Returns how often a code may still be tried on this link; 0 where there is none."""
    with as_system():
        tries = db.session.scalar(select(PassportCode.tries).where(PassportCode.id == link_id))
    return MAX_TRIES - tries if tries is not None else 0


def opens(link_id: UUID, typed: str) -> bool:
    """Whether this is the code; each try counts, whatever becomes of the answer."""
    mine = (PassportCode.id == link_id) & (PassportCode.tries < MAX_TRIES) & (PassportCode.expires_at > clock.now())
    count = update(PassportCode).where(mine).values(tries=PassportCode.tries + 1).returning(PassportCode.code_hash)
    with statements() as connection:
        hashed = connection.scalar(count)
    return hashed is not None and hmac.compare_digest(hashed, _hash(link_id, typed))


def request_of(request_id: UUID) -> QuoteRequest:
    """Returns the request whose passport a link opens."""
    return db.session.get_one(QuoteRequest, request_id)


def record_look(request_id: UUID) -> None:
    """Records that somebody read the passport, which its person can see."""
    db.session.add(PassportLook(request_id=request_id, at=clock.now()))
    db.session.flush()
    record(PassportLooked(request_id=request_id))


def looks_of(request: QuoteRequest) -> list[datetime]:
    """Returns when the passport was opened with a code, newest first."""
    query = select(PassportLook.at).where(PassportLook.request_id == request.id).order_by(PassportLook.at.desc())
    return list(db.session.scalars(query))


def forget(request_id: UUID) -> None:
    """Deletes the codes and looks of a request."""
    for of_request in (PassportCode, PassportLook):
        db.session.execute(delete(of_request).where(of_request.request_id == request_id))


def _hash(link_id: UUID, typed: str) -> bytes:
    plain = "".join(typed.split()).replace("-", "").upper()
    return keyring.look_up_hash(f"passport {link_id} {plain}")
