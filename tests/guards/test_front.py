"""What stands between the site and the internet: TLS in front, and one idea of where a request ends."""

import re
from pathlib import Path

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

ROOT = Path(__file__).parents[2]
CONF = re.sub(r"#.*", "", (ROOT / "docs" / "deployment" / "nginx.conf").read_text())
SERVERS = re.findall(r"^server \{\n(.*?)^\}", CONF, re.MULTILINE | re.DOTALL)
LOOSENING = "permit_ strip_header_spaces casefold_http_method header_map forwarder_headers tolerate_"


def test_only_current_tls_is_spoken() -> None:
    assert re.findall(r"ssl_protocols ([^;]+);", CONF) == ["TLSv1.2 TLSv1.3"]


def test_without_tls_there_is_only_the_way_to_it() -> None:
    plain = [server for server in SERVERS if re.search(r"listen (\[::\]:)?80\b", server)]
    assert len(SERVERS) == 2
    assert [re.sub(r"\s*(listen|server_name|access_log) [^;]+;", "", server).strip() for server in plain] == [
        "return 308 https://$host$request_uri;"
    ]
    (secure,) = [server for server in SERVERS if server not in plain]
    assert all(" ssl" in ports for ports in re.findall(r"listen ([^;]+);", secure))


def test_the_front_writes_no_path_down() -> None:
    """Paths hold the tokens of mailed links."""
    assert all(re.findall(r"access_log ([^;]+);", server) == ["off"] for server in SERVERS)
    (secure,) = [server for server in SERVERS if " ssl" in server]
    assert re.findall(r"error_log \S+ (\w+);", secure) == ["crit"]


TWO_ENDS = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n",
    "a length with a sign": b"Content-Length: +4\r\n",
    "chunks twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "chunks under another name": b"Transfer-Encoding: xchunked\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n",
    "a folded line": b"Transfer-Encoding:\r\n chunked\r\n",
}


@pytest.mark.parametrize("headers", TWO_ENDS.values(), ids=TWO_ENDS)
def test_a_request_with_two_ends_is_none(headers: bytes) -> None:
    sent = b"POST /my/link HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n0\r\n\r\nGET /operator HTTP/1.1\r\n\r\n"
    with pytest.raises(ParseException):
        next(RequestParser(Config(), iter([sent]), ("127.0.0.1", 1)))


def test_no_setting_makes_gunicorn_guess() -> None:
    settings = (ROOT / "marketplace" / "processes" / "gunicorn_settings.py").read_text()
    assert [word for word in LOOSENING.split() if word in settings] == []
