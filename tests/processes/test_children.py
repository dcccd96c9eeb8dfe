"""When the site counts as up."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from marketplace.processes.run import is_ready


class Answering(BaseHTTPRequestHandler):
    """Every question gets the same answer."""

    status, body = 200, b""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "up"),
    [
        (200, b"database ok\nqueue ok\ndisk ok\n", True),
        (503, b"database ok\nqueue late\ndisk ok\n", True),
        (503, b"<!doctype html><title>Back soon</title>", False),
    ],
)
def test_the_site_is_up_when_it_reaches_its_database(
    port: int, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, up: bool
) -> None:
    monkeypatch.setattr(Answering, "status", status)
    monkeypatch.setattr(Answering, "body", body)
    assert is_ready(port) is up
