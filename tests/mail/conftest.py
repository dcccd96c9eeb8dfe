"""A real SMTP server for the tests of the outbox."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.mail import transport
from marketplace.processes.mailbox import free_port
from tests.mail.sink import Sink


@pytest.fixture
def sink(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The server the app sends to; a silent one is given up after a moment."""
    server = Sink()
    server.start()
    _send_to(app, server.port, monkeypatch)
    monkeypatch.setattr(transport, "TIMEOUT", 0.3)
    yield server
    server.stop()


@pytest.fixture
def nobody_listens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app sends to a port without a server."""
    _send_to(app, free_port(), monkeypatch)


def _send_to(app: Flask, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"server": "127.0.0.1", "port": port, "suppress": False}.items():
        monkeypatch.setattr(app.extensions["mail"], name, value)
