"""Stores each browser's session in a row. Only the browser holds the token whose hash is the key and which opens it."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from flask import current_app
from flask.json.tag import TaggedJSONSerializer
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    CursorResult,
    ForeignKey,
    Result,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column
from sqlalchemy.orm.interfaces import ORMOption

from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import transactions
from marketplace.foundation.database.columns import Base
from marketplace.foundation.security.sealed import sealing_key

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NONCE = 12
KEPT_AFTER_END = timedelta(days=7)
# Tuples, moments and keys come back as what they were.
_json = TaggedJSONSerializer()


class WebSession(Base):
    """What the server knows of one browser; without data it has ended."""

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint("octet_length(id) = 32", name="id_is_a_hash"),
        CheckConstraint("expires_at <= absolute_expiry_at", name="ends_by_absolute_expiry"),
    )

    id: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    data: Mapped[bytes | None]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    absolute_expiry_at: Mapped[datetime]
    authenticated_at: Mapped[datetime | None]
    idle_seconds: Mapped[int]
    remembered: Mapped[bool]


COLUMNS = tuple(WebSession.__table__.columns.keys())


def new_token() -> str:
    """Returns 256 random bits, as the cookie carries them."""
    return secrets.token_urlsafe(32)


def id_of(token: str) -> bytes:
    """Returns the key of the token's row, from which nobody gets to the token."""
    return hashlib.sha256(token.encode()).digest()


def as_text(values: dict[str, Any]) -> str:
    """Serialises the values; equal values give equal text."""
    return _json.dumps(values)


def seal(values: dict[str, Any], *, token: str) -> bytes:
    """Seals the values; only the cookie and SECRET_KEY together open them: a copy of the table is worth nothing."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCMSIV(_key(token)).encrypt(nonce, as_text(values).encode(), id_of(token))


def unseal(data: bytes, *, token: str) -> dict[str, Any] | None:
    """Opens sealed values; None when SECRET_KEY has changed since, or the value was another row's."""
    try:
        opened = AESGCMSIV(_key(token)).decrypt(data[:NONCE], data[NONCE:], id_of(token))
    except (InvalidTag, ValueError):
        return None
    values: dict[str, Any] = _json.loads(opened.decode())
    return values


def _key(token: str) -> bytes:
    return sealing_key(f"{current_app.config['SECRET_KEY']}|{token}", purpose=b"web session")


class ReadAlong(NamedTuple):
    """What else of an account is read with its session: an entity, which of its rows, and what is loaded with that."""

    entity: type[Base]
    which: ColumnElement[bool]
    options: tuple[ORMOption, ...] = ()


class Found(NamedTuple):
    """A living session, who is signed in with it, and what was read along; in no session of SQLAlchemy's yet."""

    row: WebSession
    account: Account | None
    along: Base | None


def find(token: str, *, along: ReadAlong) -> Found | None:
    """Finds the living row of a token that was issued here, with its account: one statement. None for anything else."""
    if not TOKEN.fullmatch(token):
        return None
    query = select(WebSession, Account, along.entity).outerjoin(Account, Account.id == WebSession.account_id)
    query = query.outerjoin(along.entity, along.which).options(joinedload(Account.roles), *along.options)
    query = query.where(WebSession.id == id_of(token), WebSession.data.is_not(None))
    with transactions.statements() as connection, Session(connection) as apart:
        found = apart.execute(query.where(WebSession.expires_at > clock.now())).unique().one_or_none()
    return Found(*found) if found is not None else None


def insert_row(row: WebSession | None, *, ending: Collection[bytes]) -> None:
    """Inserts a row and ends those it replaces: both or neither."""
    added = insert(WebSession).values({name: getattr(row, name) for name in COLUMNS}) if row is not None else None
    if added is not None and not ending:
        with transactions.statements() as connection:
            connection.execute(added)
        return
    with transactions.transaction() as session:
        _end(session, WebSession.id.in_(tuple(ending)))
        if added is not None:
            session.execute(added)


def keep(row_id: bytes, **values: bytes | datetime | int) -> None:
    """Stores what changed; a session that has ended meanwhile stays so."""
    living = WebSession.id == row_id, WebSession.data.is_not(None)
    with transactions.statements() as connection:
        connection.execute(update(WebSession).where(*living).values(**values))


def end_all_of(account_id: UUID) -> int:
    """Ends all sessions of the account in the caller's transaction; returns how many."""
    return _end(db.session(), WebSession.account_id == account_id)


def _end(session: Session, which: ColumnElement[bool]) -> int:
    now = clock.now()
    ended = update(WebSession).where(which, WebSession.data.is_not(None), WebSession.expires_at > now)
    values = {"data": None, "expires_at": now}
    return _rows_changed(session.execute(ended.values(values), execution_options={"synchronize_session": False}))


def _rows_changed(result: Result[*tuple[Any, ...]]) -> int:
    return cast(CursorResult[*tuple[Any, ...]], result).rowcount  # what an UPDATE or DELETE returns


def living_of(account_id: UUID) -> list[WebSession]:
    """Returns the account's living sessions, the last seen first."""
    query = select(WebSession).where(WebSession.account_id == account_id, WebSession.data.is_not(None))
    return list(
        db.session.scalars(query.where(WebSession.expires_at > clock.now()).order_by(WebSession.seen_at.desc()))
    )


def sweep(now: datetime) -> int:
    """Deletes sessions of accounts seven days after their end, all others at their end; returns how many."""
    gone = or_(WebSession.expires_at <= now - KEPT_AFTER_END, WebSession.account_id.is_(None))
    return _rows_changed(db.session.execute(delete(WebSession).where(WebSession.expires_at <= now, gone)))
