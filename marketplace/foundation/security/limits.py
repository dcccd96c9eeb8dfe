"""How often is often enough: token buckets in PostgreSQL, one statement a take, on connections of their own.

A bucket is one moment: when it will be full again. A take moves it on by the time one token needs to come back, and is
refused where that would lie further ahead than a whole bucket lasts. A moment that lies further ahead than that was
written by a clock that has been put back since: it counts as an empty bucket, and is stored as one.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from flask import current_app, request
from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry, Event, columns_of
from marketplace.foundation.database import separate_transaction
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import LimitReached
from marketplace.foundation.security.derived_keys import folded, signing_key
from marketplace.foundation.security.limit_table import LIMITS, Bucket

# A limit that goes on refusing is told of once a minute: that is a bucket, too.
TELLING = Bucket(1, every=60, by=("bucket",))

TAKE = text(
    "INSERT INTO limit_bucket AS bucket (key, full_at, granted) VALUES (:key, :now + :every, true)"
    " ON CONFLICT (key) DO UPDATE SET granted = bucket.full_at <= :brim, full_at = CASE"
    " WHEN bucket.full_at <= :brim THEN greatest(bucket.full_at, :now) + :every"
    " ELSE least(bucket.full_at, :brim + :every) END"
    " RETURNING granted, full_at"
)
GIVE_BACK = text("UPDATE limit_bucket SET full_at = full_at - :every WHERE key = :key")


class LimitHit(Event):
    """Someone asked too often; `reason` is the limit's name. Once a minute for each bucket."""


class LimitBucket(Base):
    """One bucket; what it counts is readable from no row. Forgotten in a crash, which only fills it."""

    __tablename__ = "limit_bucket"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012

    key: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[datetime]
    granted: Mapped[bool]  # how the last take ended: the statement's answer


@dataclass(frozen=True)
class Taken:
    """What a take found."""

    granted: bool
    wait: int = 0  # whole seconds until the next one is granted
    pressed: bool = False  # less than half of it is left


def take(name: str, **who: str) -> bool:
    """Spends one of each bucket of the limit; True when one is less than half full. Raises LimitReached."""
    if not current_app.config["LIMITS_ON"]:
        return False
    pressed = False
    for bucket in LIMITS[name]:
        key = key_of(name, bucket, **who)
        taken = take_from(bucket, key=key)
        if not taken.granted and not bucket.soft:
            _tell(name, key=key, **who)
            raise LimitReached(name, wait=taken.wait)
        pressed = pressed or taken.pressed
    return pressed


def give_back(name: str, **who: str) -> None:
    """Whoever turned out to be right has spent nothing."""
    if not current_app.config["LIMITS_ON"]:
        return
    with separate_transaction.autocommit_engine().connect() as connection:
        for bucket in LIMITS[name]:
            connection.execute(GIVE_BACK, {"key": key_of(name, bucket, **who), "every": _every(bucket)})


def take_from(bucket: Bucket, *, key: bytes) -> Taken:
    """One token, in one statement and a transaction of its own: of many at once no more get one than there are."""
    now, every, most = clock.now(), _every(bucket), _most(bucket)
    brim = now + every * (most - 1)
    with separate_transaction.autocommit_engine().connect() as connection:
        moments = {"key": key, "now": now, "every": every, "brim": brim}
        granted, full_at = connection.execute(TAKE, moments).one()
    left = most - (full_at - now) / every
    return Taken(granted, wait=max(1, math.ceil((full_at - brim).total_seconds())), pressed=left < most / 2)


def key_of(name: str, bucket: Bucket, **who: str) -> bytes:
    """A keyed hash of whom the bucket counts: nobody who reads the table learns an address."""
    counted = {"client": _client(), "everyone": "", **who}
    words = "\0".join([name, *(f"{part}={folded(counted[part])}" for part in bucket.by)])
    return hmac.new(signing_key("limits"), words.encode(), hashlib.sha256).digest()[:16]


def network_of(address: str) -> str:
    """Whom an address stands for: one IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 32 if found.version == 4 else 64), strict=False))


def sweep(now: datetime) -> int:
    """A full bucket says nothing; how many were forgotten."""
    full = delete(LimitBucket).where(LimitBucket.full_at <= now).returning(LimitBucket.key)
    return len(db.session.scalars(full).all())


def _client() -> str:
    """Never a header: what proxies added was read, or not, when the request came in."""
    return network_of(request.remote_addr or "") if request else ""


def _every(bucket: Bucket) -> timedelta:
    return timedelta(seconds=bucket.every)


def _most(bucket: Bucket) -> int:
    # On a developer's machine everyone comes from the same address.
    return bucket.most * int(current_app.config["LIMITS_SHARED"]) if bucket.by == ("client",) else bucket.most


def _tell(name: str, *, key: bytes, **who: str) -> None:
    if not take_from(TELLING, key=hashlib.sha256(b"telling|" + key).digest()[:16]).granted:
        return
    ids = {f"{part}_id": UUID(who[part]) for part in ("account", "clinic") if who.get(part)}
    event = LimitHit(reason=name, **ids)
    with separate_transaction.autocommit_engine().connect() as connection:
        connection.execute(insert(AuditEntry).values(**columns_of(event)))
