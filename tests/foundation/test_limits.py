"""Buckets: never more than they hold, however many come at once, and nobody's address in them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import LimitReached
from marketplace.foundation.security import limits
from marketplace.foundation.security.limits import (
    RATE_LIMITS,
    Bucket,
    LimitBucket,
    consume,
    consume_from,
    key_of,
    network_of,
)

SOMEONE = "00000000-0000-7000-8000-000000000007"
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def limited(limited_app: Flask) -> Iterator[Flask]:
    with limited_app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        yield limited_app


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    capacity=st.integers(1, 6),
    refill=st.integers(1, 20),
    pauses=st.lists(st.one_of(st.just(0.0), st.floats(0, 60)), min_size=1, max_size=30),
)
def test_never_more_than_it_holds_and_gets_back(limited, capacity, refill, pauses):
    bucket, key, now = Bucket(capacity, refill, ("client",)), uuid4().bytes, START
    granted: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        with clock.set_to(now):
            if consume_from(bucket, key=key).granted:
                granted.append(now)
    for first, begin in enumerate(granted):
        for n, end in enumerate(granted[first:], start=1):
            assert n <= capacity + (end - begin).total_seconds() / refill + 1e-6


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(capacity=st.integers(1, 6), refill=st.integers(1, 20), ahead=st.integers(1, 10**6), attempts=st.integers(1, 8))
def test_a_clock_that_jumped_refuses_no_longer_than_one_token_takes(limited, capacity, refill, ahead, attempts):
    bucket, key = Bucket(capacity, refill, ("client",)), uuid4().bytes
    with clock.set_to(START + timedelta(seconds=ahead)):
        for _ in range(attempts):
            consume_from(bucket, key=key)
    with clock.set_to(START):
        found = consume_from(bucket, key=key)
    assert found.wait <= refill
    if not found.granted:
        with clock.set_to(START + timedelta(seconds=found.wait)):
            assert consume_from(bucket, key=key).granted


def test_of_two_hundred_at_once_twenty_get_one(limited):
    bucket, key = Bucket(20, 3600, ("client",)), b"one key"

    def try_it(_n: int) -> bool:
        with limited.app_context():
            return consume_from(bucket, key=key).granted

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_it, range(200))) == 20


def test_the_wait_it_names_is_long_enough_and_not_longer(limited):
    bucket, key = Bucket(3, 30, ("client",)), b"one key"
    with clock.set_to(START):
        asked = [consume_from(bucket, key=key) for _ in range(4)]
    assert [one.granted for one in asked] == [True, True, True, False]
    assert asked[-1].wait == 30
    for seconds, granted in ((29, False), (30, True)):
        with clock.set_to(START + timedelta(seconds=seconds)):
            assert consume_from(bucket, key=key).granted is granted


def test_it_is_low_when_less_than_half_is_left(limited):
    bucket = Bucket(4, 30, ("client",))
    with clock.set_to(START):
        assert [consume_from(bucket, key=b"k").is_low for _ in range(4)] == [False, False, True, True]


def test_what_is_given_back_was_never_spent(limited):
    for _ in range(30):
        consume("sign-in", email="ana@patient.example")
        limits.give_back("sign-in", email="ana@patient.example")


def test_a_soft_limit_refuses_nobody(limited, monkeypatch):
    monkeypatch.setitem(RATE_LIMITS, "reset", (Bucket(2, 60, ("everyone",), soft=True),))
    assert [consume("reset") for _ in range(4)] == [False, True, True, True]


def test_a_take_stays_when_the_request_is_rolled_back(limited):
    for _ in range(6):
        consume("second-factor", account=SOMEONE)
    db.session.rollback()
    with pytest.raises(LimitReached):
        consume("second-factor", account=SOMEONE)


def test_a_refusal_is_told_once_a_minute_without_an_address(limited):
    account = uuid4()
    for later in (0, 5, 59, 61):
        with clock.set_to(START + timedelta(seconds=later)):
            for _ in range(8):
                try_to_take("second-factor", account=str(account))
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "LimitHit")).all()
    assert [(one.reason, one.account_id) for one in told] == [("second-factor", account)] * 2


def try_to_take(name: str, **who: str) -> None:
    with suppress(LimitReached):
        consume(name, **who)


def test_full_buckets_are_forgotten(limited):
    with clock.set_to(START):
        consume("second-factor", account=SOMEONE)
        assert limits.sweep(clock.now()) == 0
    assert limits.sweep(START + timedelta(seconds=121)) == 1
    assert db.session.scalar(select(LimitBucket.key)) is None


def test_a_spelling_of_an_address_is_no_bucket_of_its_own(limited):
    bucket = RATE_LIMITS["sign-in"][1]
    same = {key_of("sign-in", bucket, email=e) for e in ("Ana@Patient.example", " ana@patient.example ")}
    other = key_of("sign-in", bucket, email="ben@patient.example")
    assert len(same) == 1
    assert other not in same
    assert key_of("reset", bucket, email="ana@patient.example") not in same


def test_keys_need_the_sites_secret(limited):
    bucket = RATE_LIMITS["sign-in"][0]
    before = key_of("sign-in", bucket)
    limited.config["SECRET_KEY"] = "another secret, as long as the first one was"
    assert key_of("sign-in", bucket) != before


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_whom_an_address_stands_for(address, network):
    assert network_of(address) == network


def test_the_table_is_not_written_to_the_log_of_the_database(limited):
    kind = text("SELECT relpersistence FROM pg_class WHERE relname = 'limit_bucket'")
    assert db.session.scalar(kind) == "u"
