"""Small proofs that somebody filled in a form: when it was shown, a little work, or a short wait. Each counts once."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base
from marketplace.foundation.security.sealed import signing_key

# A browser needs about a second for it, a server two milliseconds to check it.
ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 5000, "00"
LIFETIME = timedelta(minutes=30)
WAIT = timedelta(seconds=10)


class SpentChallenge(Base):
    """A proof that was accepted; it is refused until it would be too old anyway."""

    __tablename__ = "spent_challenge"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


def signed_timestamp(purpose: str) -> str:
    """The present moment as text, signed for one purpose."""
    text = f"{int(clock.now().timestamp() * 1000)}.{secrets.token_hex(8)}"
    return f"{text}.{_signature(purpose, text)}"


def age(timestamp: str, *, purpose: str) -> timedelta | None:
    """How long ago the timestamp was made; None for one that was not signed here, or for another purpose."""
    text, _dot, signature = timestamp.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(purpose, text).encode()):
        return None
    return clock.now() - datetime.fromtimestamp(int(text.split(".")[0]) / 1000, tz=clock.now().tzinfo)


def new_work() -> dict[str, Any]:
    """A signed task for the browser: some seconds of work at most."""
    ends = datetime.now(clock.now().tzinfo) + LIFETIME  # the library reads the machine's own clock
    return altcha.create_challenge(
        ALGORITHM, COST, key_prefix=PREFIX, expires_at=ends, hmac_secret=_key("work")
    ).to_dict()


def accept_work(payload: str) -> bool:
    """Whether the payload is a task of ours, done, and not handed in before; it is spent."""
    if not altcha.verify_solution(payload, _key("work")).verified:
        return False
    return _spend(str(json.loads(base64.b64decode(payload))["challenge"]["signature"]))


def accept_wait(timestamp: str) -> bool:
    """Whether the timestamp is between ten seconds and thirty minutes old and was not used before; it is spent.

    For browsers that cannot run the script.
    """
    waited = age(timestamp, purpose="wait")
    return waited is not None and WAIT <= waited <= LIFETIME and _spend(timestamp)


def still_waiting(timestamp: str) -> bool:
    """Whether the wait is not over yet: the form keeps its timestamp."""
    waited = age(timestamp, purpose="wait")
    return waited is not None and waited < WAIT


def sweep(now: datetime) -> int:
    """Deletes the proofs that are too old to be accepted; returns how many."""
    old = delete(SpentChallenge).where(SpentChallenge.expires_at <= now).returning(SpentChallenge.key)
    return len(db.session.scalars(old).all())


def _spend(proof: str) -> bool:
    """Stores the proof in the form's own transaction; False when it was there.

    The second of two at once waits for the first, a refused form keeps its proof.
    """
    row = insert(SpentChallenge).values(
        key=hashlib.sha256(proof.encode()).digest(), expires_at=clock.now() + LIFETIME + timedelta(minutes=1)
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(SpentChallenge.key)) is not None


def _signature(purpose: str, text: str) -> str:
    return hmac.new(_key(purpose).encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def _key(purpose: str) -> str:
    return signing_key(f"challenge|{purpose}").hex()
