"""A server that answers a little at a time is cut off before the database gives up on the row."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread

import pytest
from flask import Flask

from marketplace.foundation import clock
from marketplace.foundation.database import timeouts
from marketplace.mail import dialling, jobs, patient_emails, transport
from tests.factories import stored_request
from tests.outbox import event_of, only


@pytest.fixture
def dripping(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Its greeting has no end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=greet_without_end, args=(listening,), daemon=True)
        thread.start()
        for name, value in {"server": "127.0.0.1", "port": listening.getsockname()[1], "suppress": False}.items():
            monkeypatch.setattr(app.extensions["mail"], name, value)
        yield
        thread.join(5)


def greet_without_end(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    # The test waits ten seconds at most, guard or no guard.
    with connection, suppress(OSError):
        for _ in range(500):
            connection.sendall(b"220-welcome\r\n")
            time.sleep(0.02)


def test_a_dripping_server_is_cut_off(dripping: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_SECONDS", 0.3)
    patient_emails.access_link(event_of(stored_request()))
    email, began = only("access_link"), clock.now()
    jobs.send(email_id=str(email.id))
    assert (email.state, email.last_error) == ("waiting", "disconnected")
    assert (clock.now() - began).total_seconds() < 5


def test_the_database_waits_longer_than_the_longest_talk() -> None:
    idle = timeouts.WORKER.settings["idle_in_transaction_session_timeout"]
    assert transport.TIMEOUT < transport.MAX_SECONDS < float(idle.removesuffix("s"))


def test_trying_its_addresses_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be waited for twenty seconds, and the database ends the job's transaction after sixty."""
    now = [100.0]

    class Silent:
        def __init__(self, *_: object) -> None:
            self.patience = 0.0

        def settimeout(self, seconds: float) -> None:
            self.patience = seconds

        def connect(self, _address: object) -> None:
            now[0] += self.patience
            raise TimeoutError

        def close(self) -> None:
            pass

    monkeypatch.setattr(transport.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        transport.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", number) for number in range(9)]
    )
    monkeypatch.setattr(transport.socket, "socket", Silent)
    with pytest.raises(TimeoutError):
        transport.BoundedSMTP()._get_socket("relay.example", 25, transport.TIMEOUT)
    assert now[0] - 100.0 == transport.MAX_SECONDS


def test_a_name_server_that_does_not_answer_is_waited_for_no_longer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = Event()
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *_, **__: answered.wait(5) and [])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        dialling.connected("relay.example", 25, timeout=0.2, until=began + 0.4)
    assert time.monotonic() - began < 1
    answered.set()
