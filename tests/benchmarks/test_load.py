"""A page is looked at before it is measured; a port that is taken is refused."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmarks import load, servers
from benchmarks.load import Page, WrongAnswer
from benchmarks.servers import Server
from marketplace.processes.launch import CannotStart

BODY = b'<a href="/clinic/one">1</a><a href="/clinic/two">2</a>'
LINK = rb'href="/clinic/[^"]+"'


class Answering(BaseHTTPRequestHandler):
    """Answers /missing with 404, everything else with two links."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with HTTPServer(("127.0.0.1", 0), Answering) as answering:
        thread = threading.Thread(target=answering.serve_forever)
        thread.start()
        yield Server(answering.server_address[1], pid=0, postgres=0)
        answering.shutdown()
        thread.join()


def test_the_page_that_is_expected_may_be_measured(server: Server) -> None:
    found = load.check(server, Page("/", row=LINK, rows=2))
    assert (found.size, found.etag) == (len(BODY), '"one"')


@pytest.mark.parametrize("page", [Page("/missing"), Page("/", row=LINK, rows=25), Page("/", status=304)])
def test_another_page_is_refused(server: Server, page: Page) -> None:
    with pytest.raises(WrongAnswer):
        load.check(server, page)


def test_a_port_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(servers, "FIRST_PORT", taken.getsockname()[1])
        with pytest.raises(CannotStart, match="taken"):
            servers.port_of(0)
