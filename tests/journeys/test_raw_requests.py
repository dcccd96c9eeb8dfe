"""What no browser sends: headers of a proxy that is not there, and bodies that are none."""

import socket

import pytest

from tests.browser import Site

pytestmark = pytest.mark.xdist_group("site")
CHUNKED = "POST /my/link HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


def answer_to(site: Site, request: str) -> str:
    """All that comes back until the server closes, or says nothing more."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received.decode("utf-8", "replace")


def test_a_header_of_a_proxy_is_not_believed_without_one(site: Site) -> None:
    head = "GET /clinics//turkey HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    forwarded = "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: on\r\nX-Forwarded-Protocol: ssl\r\n"
    answer = answer_to(site, f"{head}{forwarded}\r\n")
    assert "Location: http://127.0.0.1/clinics/turkey" in answer
    assert "Strict-Transport-Security" not in answer


@pytest.mark.parametrize("kind", [FORM, FILES])
@pytest.mark.parametrize(
    "body", ["no chunk\r\n", "-1\r\nx\r\n0\r\n\r\n", "5\r\nab", "3\r\nabcdef\r\n0\r\n\r\n", "1;=\r\na\r\n0\r\n\r\n"]
)
def test_a_body_that_is_none_is_refused_as_that(site: Site, body: str, kind: str) -> None:
    answer = answer_to(site, CHUNKED.format(kind=kind) + body)
    assert answer.startswith("HTTP/1.1 400 "), answer[:200]
