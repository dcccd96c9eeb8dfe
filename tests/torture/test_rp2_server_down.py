"""The mail server is away for ten minutes, told ten times as fast; every email goes out once it is back."""

import time
from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.mail import smtp_outcomes
from tests.mail.draining import Draining

MAILS, FASTER, AWAY = 200, 10, 600


def test_rp2_nothing_is_lost_while_the_server_is_away(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str, str, str], None]
) -> None:
    draining = Draining(own_app, monkeypatch, faster=FASTER)
    draining.put(MAILS)
    assert not draining.work(seconds=AWAY / FASTER)
    longest = max(gap.total_seconds() for gaps in draining.asked_for.values() for gap in gaps)
    sink, up_at = draining.up(), time.monotonic()
    try:
        drained = draining.work(seconds=smtp_outcomes.MAX_PAUSE.total_seconds() + 60)
    finally:
        sink.stop()
    took = time.monotonic() - up_at
    attempts = [len(moments) for moments in draining.attempts.values()]
    said = f"{MAILS - len(set(sink.accepted))} lost, {len(sink.accepted) - len(set(sink.accepted))} twice"
    said += f"; {min(attempts)} to {max(attempts)} attempts, delivered {took:.0f} s after it came back"
    figure("RP2", f"{MAILS} mails, server away {AWAY} s told {FASTER} times as fast", said)
    assert drained
    assert took <= longest + 60
    assert draining.states() == {"sent": MAILS}
    assert len(sink.accepted) == len(set(sink.accepted)) == MAILS
    assert draining.gaps_grow()
