"""Half of the deliveries are put off, ten addresses do not exist."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.mail.draining import Draining, shown_to_operators

MAILS, BOUNCING, FASTER = 200, 10, 100


def test_rp3_what_is_put_off_arrives_and_what_is_refused_fails_at_once(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str, str, str], None]
) -> None:
    draining = Draining(own_app, monkeypatch, faster=FASTER)
    draining.put(MAILS, bouncing=BOUNCING)
    sink = draining.up("half")
    try:
        drained = draining.work(seconds=300)
    finally:
        sink.stop()
    failed = {(email.attempts, email.last_error) for email in draining.rows("failed")}
    states, attempts = draining.states(), sum(map(len, draining.attempts.values()))
    said = (
        f"{states['sent']} sent in {attempts} attempts, {len(set(sink.accepted))} accepted, {states['failed']} failed"
    )
    figure("RP3", f"{MAILS} mails, 451 for half of the deliveries, 550 for {BOUNCING} addresses", said)
    assert drained
    assert states == {"sent": MAILS - BOUNCING, "failed": BOUNCING}
    assert failed == {(1, "550")}
    assert len(sink.accepted) == len(set(sink.accepted)) == MAILS - BOUNCING
    assert shown_to_operators(draining.app) == BOUNCING
