"""Links by which somebody the patient trusts reads the quotes for a week, and nothing else; each look is recorded.

Tokens and codes are stored as hashes. Health answers are shown only where the patient ticked them, to whoever types a
code that is passed on by another way. Contact, name and photos are never shown.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, key, one_of, uuid7
from marketplace.foundation.database.transactions import statements
from marketplace.foundation.problems import LinkGone, NotFound, Refused, WrongState
from marketplace.foundation.security.sealed import signing_key
from marketplace.quote_requests.events import ReadOnlyLinkEnded, ReadOnlyLinkMade
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.request_links import WITH_PAGE
from marketplace.quote_requests.states import REQUEST_REFUSALS

LIFETIME = timedelta(days=7)
MAX_LINKS = 5  # of one request that work at once
MAX_TRIES = 5  # wrong codes, then the code is worth nothing
CODE_LENGTH = 8
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
READERS = ("friend", "doctor")
QUOTES, HEALTH = "quotes", "health"


class ReadOnlyLink(Base):
    """One link that a patient made; without a code it never shows health answers."""

    __tablename__ = "read_only_link"
    __table_args__ = (
        one_of("reader", READERS),
        CheckConstraint("octet_length(token_hash) = 32", name="token_is_a_hash"),
        Index("uq_read_only_link_token_hash", "token_hash", unique=True),
        Index("ix_read_only_link_request_id", "request_id"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    reader: Mapped[str]
    token_hash: Mapped[bytes]
    code_hash: Mapped[bytes | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # taken back by the patient

    @property
    def works(self) -> bool:
        """Whether it still opens the quotes."""
        return self.ended_at is None and self.expires_at > clock.now()


class ReadOnlyLook(Base):
    """Somebody opened a read-only link."""

    __tablename__ = "read_only_look"
    __table_args__ = (one_of("what", (QUOTES, HEALTH)), Index("ix_read_only_look_request_id_at", "request_id", "at"))

    id: Mapped[UUID] = key()
    link_id: Mapped[UUID] = mapped_column(ForeignKey("read_only_link.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    what: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Secrets:
    """What the patient passes on, known at this moment only; the code goes another way than the token."""

    token: str
    code: str | None


@dataclass(frozen=True)
class Opened:
    """The link that a token opens, and the reference of its request."""

    link_id: UUID
    request_id: UUID
    ref: str
    expires_at: datetime
    has_code: bool


def make_link(request: QuoteRequest, *, reader: str, with_health: bool) -> Secrets:
    """Makes a link. Raises WrongState for a request without quotes to read, Refused for too many links."""
    REQUEST.lock(request)
    if request.state not in WITH_PAGE:
        raise WrongState(REQUEST_REFUSALS[request.state])
    if sum(link.works for link in links_of(request)) >= MAX_LINKS:
        words = _("%(n)s links work already. Take one back first", n=MAX_LINKS)
        raise Refused("too_many_links", words, field="reader")
    now, id_ = clock.now(), uuid7()
    token, code = secrets.token_urlsafe(32), _new_code() if with_health and request.health_sealed else None
    link = ReadOnlyLink(id=id_, request_id=request.id, reader=reader, made_at=now, expires_at=now + LIFETIME)
    link.token_hash, link.code_hash = _hash(token), _code_hash(id_, code) if code else None
    db.session.add(link)
    db.session.flush()
    record(ReadOnlyLinkMade(request_id=request.id, reason=reader))
    return Secrets(token, code)


def end_link(request: QuoteRequest, link_id: UUID) -> None:
    """Takes a link back; one that has ended stays as it is. Raises NotFound for another request's."""
    link = db.session.get(ReadOnlyLink, link_id, with_for_update=True)
    if link is None or link.request_id != request.id:
        raise NotFound("read_only_link")
    if link.ended_at is None:
        link.ended_at = clock.now()
        db.session.flush()
        record(ReadOnlyLinkEnded(request_id=request.id, reason=link.reader))


def links_of(request: QuoteRequest) -> list[ReadOnlyLink]:
    """Returns all links of a request, the newest first."""
    query = select(ReadOnlyLink).where(ReadOnlyLink.request_id == request.id)
    return list(db.session.scalars(query.order_by(ReadOnlyLink.made_at.desc(), ReadOnlyLink.id.desc())))


def looks_of(request: QuoteRequest) -> Mapping[UUID, list[ReadOnlyLook]]:
    """Returns every look by link, the newest first."""
    query = select(ReadOnlyLook).where(ReadOnlyLook.request_id == request.id)
    found: dict[UUID, list[ReadOnlyLook]] = {}
    for look in db.session.scalars(query.order_by(ReadOnlyLook.at.desc(), ReadOnlyLook.id.desc())):
        found.setdefault(look.link_id, []).append(look)
    return found


def opened(token: str) -> Opened:
    """Returns what a token opens. Raises LinkGone where it opens nothing (any more)."""
    link, request = ReadOnlyLink, QuoteRequest
    query = select(link.id, link.request_id, request.ref, link.expires_at, link.code_hash, link.wrong_codes)
    query = query.join(request, request.id == link.request_id).where(link.token_hash == _hash(token))
    query = query.where(link.ended_at.is_(None), link.expires_at > clock.now(), request.state.in_(WITH_PAGE))
    with statements() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise LinkGone("not_shared")
    id_, request_id, ref, expires_at, code_hash, wrong = row
    return Opened(id_, request_id, ref, expires_at, code_hash is not None and wrong < MAX_TRIES)


def record_look(link: Opened, what: str) -> None:
    """Records that somebody looked; it stands whatever becomes of the page."""
    row = {"id": uuid7(), "link_id": link.link_id, "request_id": link.request_id, "what": what, "at": clock.now()}
    with statements() as connection:
        connection.execute(insert(ReadOnlyLook).values(row))


def is_code(link: Opened, typed: str) -> bool:
    """Whether this is the link's code; each wrong one counts, and after MAX_TRIES of them no code is right."""
    kept = ReadOnlyLink
    tried = update(kept).where(kept.id == link.link_id, kept.wrong_codes < MAX_TRIES, kept.code_hash.is_not(None))
    tried = tried.values(wrong_codes=kept.wrong_codes + 1)
    given = _code_hash(link.link_id, "".join(typed.split()).replace("-", "").upper())
    with statements() as connection:
        code_hash = connection.execute(tried.returning(kept.code_hash)).scalar_one_or_none()
        if code_hash is None or not hmac.compare_digest(code_hash, given):
            return False
        connection.execute(update(kept).where(kept.id == link.link_id).values(wrong_codes=0))
    return True


def forget_links_of(request_id: UUID) -> None:
    """Deletes the links of a request with their looks."""
    for kind in (ReadOnlyLook, ReadOnlyLink):
        db.session.execute(delete(kind).where(kind.request_id == request_id))


def _new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_LENGTH))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _code_hash(link_id: UUID, code: str) -> bytes:
    return hmac.new(signing_key("read-only code"), link_id.bytes + code.encode(), hashlib.sha256).digest()
