"""A domain that answers nothing holds a place or two, and no other domain's."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from marketplace.mail import domain_limit
from marketplace.mail.domain_limit import MAX_AT_ONCE, Busy, DomainLimit


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the second it is."""
    now = [0.0]
    monkeypatch.setattr(domain_limit, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def move(second: float) -> None:
        now[0] = second

    return move


@pytest.fixture
def limit() -> DomainLimit:
    return DomainLimit()


def test_while_a_domain_is_slow_nothing_more_is_started_for_it(limit: DomainLimit, at: Callable[[float], None]) -> None:
    with limit.place("slow.example"):
        at(2.5)
        with pytest.raises(Busy), limit.place("SLOW.example"):
            pass
        with limit.place("quick.example"):
            pass


def test_a_silent_domain_rests_longer_each_time(limit: DomainLimit, at: Callable[[float], None]) -> None:
    rests, second = [], 0.0
    for _ in range(7):
        with limit.place("silent.example"):
            second += 20
            at(second)
        with pytest.raises(Busy) as busy, limit.place("silent.example"):
            pass
        rests.append(busy.value.seconds)
        second += busy.value.seconds
        at(second)
    assert rests == [15, 30, 60, 120, 240, 300, 300]


def test_after_its_rest_one_email_tries_it_and_a_quick_answer_ends_it(
    limit: DomainLimit, at: Callable[[float], None]
) -> None:
    with limit.place("silent.example"):
        at(20)
    at(36)
    with limit.place("silent.example"):
        with pytest.raises(Busy), limit.place("silent.example"):
            pass
        at(36.2)
    with limit.place("silent.example"), limit.place("silent.example"):
        pass
    assert limit._domains == {}


def test_a_domain_answers_that_did_so_within_a_minute(limit: DomainLimit, at: Callable[[float], None]) -> None:
    for domain in ("Quick.example", "other.example"):
        with limit.place(domain):
            at(0.1)
    assert limit.answers("quick.EXAMPLE")
    assert not limit.answers("unknown.example")
    at(61)
    assert not limit.answers("quick.example")
    with limit.place("other.example"):
        at(61.1)
    with limit.place("other.example"):
        at(81)
    assert not limit.answers("other.example")


def test_no_more_domains_are_known_than_there_is_room_for(limit: DomainLimit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_limit, "MAX_KNOWN", 2)
    for domain in ("a.example", "b.example", "a.example", "c.example"):
        with limit.place(domain):
            pass
    assert [limit.answers(f"{name}.example") for name in "abc"] == [True, False, True]


def test_a_quick_domain_is_waited_for(limit: DomainLimit) -> None:
    seen: list[int] = []

    def send(_number: int) -> None:
        with limit.place("quick.example"):
            seen.append(len(limit._domains["quick.example"].in_hand))
            time.sleep(0.02)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(send, range(12)))
    assert (len(seen), max(seen)) == (12, MAX_AT_ONCE)
