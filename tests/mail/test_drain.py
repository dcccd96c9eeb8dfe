"""A server that is away, and one that refuses: the short form of the long experiments."""

import pytest
from flask import Flask

from tests.mail.draining import Draining, shown_to_operators


@pytest.fixture
def draining(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Draining:
    """A wait of ten seconds is a fifth of a second."""
    return Draining(own_app, monkeypatch, faster=50)


def test_rp2_what_waited_for_the_server_is_delivered(draining: Draining) -> None:
    draining.put(12)
    assert not draining.work(seconds=1.5)
    assert draining.states() == {"waiting": 12}
    sink = draining.up()
    try:
        assert draining.work(seconds=60)
    finally:
        sink.stop()
    assert draining.states() == {"sent": 12}
    assert len(set(sink.accepted)) == len(sink.accepted) == 12
    assert draining.gaps_grow()


def test_rp3_refused_for_good_fails_at_once_and_the_rest_arrives(draining: Draining) -> None:
    draining.put(12, bouncing=3)
    sink = draining.up("half")
    try:
        assert draining.work(seconds=60)
    finally:
        sink.stop()
    assert draining.states() == {"sent": 9, "failed": 3}
    assert len(set(sink.accepted)) == len(sink.accepted) == 9
    assert {(email.attempts, email.last_error) for email in draining.rows("failed")} == {(1, "550")}
    assert shown_to_operators(draining.app) == 3
