"""Rate limits: the table of all of them, and token buckets in PostgreSQL on connections of their own."""

import hashlib
import hmac
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple
from uuid import UUID

from flask import current_app, request
from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry, Event, columns_of
from marketplace.foundation.database import transactions
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import LimitReached
from marketplace.foundation.security.sealed import normalised, signing_key


class Bucket(NamedTuple):
    """A token bucket: so many tokens at once, one more every so many seconds, counted together by what `by` names."""

    capacity: int
    refill_seconds: float
    by: tuple[str, ...]  # client, email, account, clinic, request, everyone
    soft: bool = False  # refuses nobody: it only says when the site is under load


BY_CLIENT = ("client",)
BY_EMAIL = ("email",)

# The widest bucket stands first: what it refuses is not consumed from the others.
RATE_LIMITS: dict[str, tuple[Bucket, ...]] = {
    # Only what was wrong counts: a right answer is given back.
    "sign-in": (Bucket(30, 20, BY_CLIENT), Bucket(10, 30, ("client", "email"))),
    "second-factor": (Bucket(6, 120, ("account",)),),
    "password-again": (Bucket(10, 30, ("account",)),),
    # Whatever sends mail to an address that someone typed
    "reset": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "confirm-account": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "link": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "confirm-again": (Bucket(5, 120, BY_CLIENT),),
    "change-email": (Bucket(5, 600, ("account",)),),
    # Whoever holds a link of ours has none of these to spend: only what was never a token counts.
    "guess-link": (Bucket(30, 20, BY_CLIENT),),
    # A request
    "new-request": (Bucket(20, 60, BY_CLIENT),),
    "send-request": (Bucket(300, 6, ("everyone",), soft=True), Bucket(10, 120, BY_CLIENT)),
    "photos": (Bucket(40, 15, BY_CLIENT),),
    # A price at home that a reader tells: it may come into a range that others read
    "own-price": (Bucket(5, 86400, BY_CLIENT),),
    # Reading and writing to others
    "search": (Bucket(60, 2, BY_CLIENT),),
    "ask-patient": (Bucket(30, 60, ("clinic",)),),
    "reply-patient": (Bucket(30, 60, ("clinic",)), Bucket(10, 120, ("request",))),
    "message-clinic": (Bucket(10, 120, ("request",)),),
    "read-only-link": (Bucket(10, 600, ("request",)),),
    "choose": (Bucket(6, 600, ("request",)),),
    # A team changes itself, and takes its requests along
    "invite": (Bucket(20, 180, ("clinic",)), Bucket(3, 1200, BY_EMAIL)),
    "export-leads": (Bucket(10, 360, ("clinic",)),),
}


# A limit that goes on refusing is recorded once a minute: that is a bucket, too.
HIT_RECORDED = Bucket(1, refill_seconds=60, by=("bucket",))

CONSUME = text(
    "WITH asked AS (SELECT * FROM unnest(CAST(:keys AS bytea[]), CAST(:refills AS interval[]),"
    " CAST(:last_grants AS timestamptz[])) AS given (key, refill, last_grant))"
    " INSERT INTO limit_bucket AS bucket (key, full_at, granted) SELECT key, :now + refill, true FROM asked"
    " ON CONFLICT (key) DO UPDATE SET (granted, full_at) = (SELECT bucket.full_at <= last_grant, CASE"
    " WHEN bucket.full_at <= last_grant THEN greatest(bucket.full_at, :now) + refill"
    " ELSE least(bucket.full_at, last_grant + refill) END FROM asked WHERE asked.key = excluded.key)"
    " RETURNING key, granted, full_at"
)
GIVE_BACK = text("UPDATE limit_bucket SET full_at = full_at - :refill WHERE key = :key")


class LimitHit(Event):
    """Someone asked too often; `reason` is the limit's name. Recorded once a minute for each bucket."""


class LimitBucket(Base):
    """One bucket; what it counts is readable from no row. A crash empties the table, which only fills the buckets."""

    __tablename__ = "limit_bucket"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012

    key: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[datetime]
    granted: Mapped[bool]  # how the last attempt ended: the statement's answer


@dataclass(frozen=True)
class Consumption:
    """What asking for one token found."""

    granted: bool
    wait: int = 0  # whole seconds until the next one is granted
    is_low: bool = False  # less than half of the bucket is left


def consume(name: str, **who: str) -> bool:
    """Takes one token of each bucket of the limit; True when one of them is less than half full.

    Raises LimitReached.
    """
    if not current_app.config["LIMITS_ON"]:
        return False
    keys = [key_of(name, bucket, **who) for bucket in RATE_LIMITS[name]]
    found = list(zip(RATE_LIMITS[name], keys, consume_together(RATE_LIMITS[name], keys=keys), strict=True))
    for bucket, key, consumption in found:
        if not consumption.granted and not bucket.soft:
            # What the widest refuses is not consumed from the others.
            _return([(other, kept) for other, kept, taken in found if taken.granted])
            _record_hit(name, key=key, **who)
            raise LimitReached(name, wait=consumption.wait)
    return any(consumption.is_low for _bucket, _key, consumption in found)


def give_back(name: str, **who: str) -> None:
    """Puts one token of each bucket back: whoever turned out to be right has consumed nothing."""
    if current_app.config["LIMITS_ON"]:
        _return([(bucket, key_of(name, bucket, **who)) for bucket in RATE_LIMITS[name]])


def _return(tokens: Iterable[tuple[Bucket, bytes]]) -> None:
    with transactions.statements() as connection:
        for bucket, key in tokens:
            connection.execute(GIVE_BACK, {"key": key, "refill": _refill(bucket)})


def consume_from(bucket: Bucket, *, key: bytes) -> Consumption:
    """Takes one token of one bucket."""
    (consumption,) = consume_together([bucket], keys=[key])
    return consumption


def consume_together(buckets: Sequence[Bucket], *, keys: Sequence[bytes]) -> list[Consumption]:
    """Takes one token of each, in one statement and a transaction of its own: however many ask at once."""
    now = clock.now()
    refills = [_refill(bucket) for bucket in buckets]
    last_grants = [now + _refill(bucket) * (_capacity(bucket) - 1) for bucket in buckets]
    asked = {"now": now, "keys": list(keys), "refills": refills, "last_grants": last_grants}
    with transactions.statements() as connection:
        found = {row.key: row for row in connection.execute(CONSUME, asked)}
    return [
        _consumption(bucket, now=now, granted=found[key].granted, full_at=found[key].full_at)
        for bucket, key in zip(buckets, keys, strict=True)
    ]


def _consumption(bucket: Bucket, *, now: datetime, granted: bool, full_at: datetime) -> Consumption:
    refill, capacity = _refill(bucket), _capacity(bucket)
    left = capacity - (full_at - now) / refill
    wait = max(1, math.ceil((full_at - (now + refill * (capacity - 1))).total_seconds()))
    return Consumption(granted, wait=wait, is_low=left < capacity / 2)


def key_of(name: str, bucket: Bucket, **who: str) -> bytes:
    """A keyed hash of whom the bucket counts (16 bytes): nobody who reads the table learns an address."""
    counted = {"client": _client(), "everyone": "", **who}
    words = "\0".join([name, *(f"{part}={normalised(counted[part])}" for part in bucket.by)])
    return hmac.new(signing_key("limits"), words.encode(), hashlib.sha256).digest()[:16]


def network_of(address: str) -> str:
    """The network an address stands for: one IPv4 address, or the /64 that one IPv6 customer has; "" for no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 32 if found.version == 4 else 64), strict=False))


def sweep(now: datetime) -> int:
    """Deletes the buckets that are full again, as if they had never been used; returns how many."""
    full = delete(LimitBucket).where(LimitBucket.full_at <= now).returning(LimitBucket.key)
    return len(db.session.scalars(full).all())


def _client() -> str:
    """Never a header: what proxies added was read, or not, when the request came in."""
    return network_of(request.remote_addr or "") if request else ""


def _refill(bucket: Bucket) -> timedelta:
    return timedelta(seconds=bucket.refill_seconds)


def _capacity(bucket: Bucket) -> int:
    # On a developer's machine everyone comes from the same address.
    shared = int(current_app.config["LIMITS_SHARED"]) if bucket.by == ("client",) else 1
    return bucket.capacity * shared


def _record_hit(name: str, *, key: bytes, **who: str) -> None:
    """Writes LimitHit to the audit log, once a minute for each bucket."""
    if not consume_from(HIT_RECORDED, key=hashlib.sha256(b"telling|" + key).digest()[:16]).granted:
        return
    ids = {f"{part}_id": UUID(who[part]) for part in ("account", "clinic") if who.get(part)}
    event = LimitHit(reason=name, **ids)
    with transactions.statements() as connection:
        connection.execute(insert(AuditEntry).values(**columns_of(event)))
