"""SP17 on a running site: markers in every place a sender has, every kind of failure, and not one in any log."""

import http.cookiejar
import json
import signal
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from marketplace.processes.mailbox import free_port
from tests.browser import Site, wait_for
from tests.reading import Page

MARKER = "Zzmarkerzz"
ADDRESS = f"{MARKER}@patient.example"
HEADERS = {name: MARKER for name in ("User-Agent", "X-Request-ID", "X-Forwarded-For", "Authorization", "Cookie")}
# What gunicorn itself refuses, before the app is asked.
BROKEN = [
    f"GET /q/{MARKER} {MARKER}\r\n\r\n",
    f"{MARKER}\r\n\r\n",
    f"GET / HTTP/1.1\r\n{MARKER} : x\r\n\r\n",
    f"GET /{MARKER} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {MARKER}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: {MARKER}.test\r\n\r\n",
    f"GET /{MARKER * 1000} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"{MARKER.upper()} /{MARKER} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"POST /my/link HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\nemail={MARKER}",
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: its whole log is read in the end."""
    site = Site(tmp_path_factory.mktemp("logs"), free_port())
    try:
        site.wait_until_ready()
        yield site
    finally:
        site.stop()


class Sender:
    """A browser that sends markers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._open(urllib.request.Request(self._site.url + path, headers=headers))

    def post(self, path: str, **fields: str | list[str]) -> int:
        """Fills the page's form as it stands, with these values."""
        form = Page(self.get(path)[1]).fields()
        body = urllib.parse.urlencode(form | fields, doseq=True).encode()
        return self._open(urllib.request.Request(self._site.url + path, data=body))[0]

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def owner(site: Site) -> psycopg.Connection:
    url = json.loads((site.folder / "data" / "environment.json").read_text())["DATABASE_OWNER_URL"]
    return psycopg.connect(url, autocommit=True)


def a_whole_request(sender: Sender, site: Site) -> None:
    """Everything a person can type, sent and confirmed."""
    for step, fields in {
        "": {},
        "/treatment": {"procedure": "facial"},
        "/where": {"home_country": "GB", "destinations": "TR"},
        "/when": {"timing": "quarter", "trips": "2"},
        "/budget": {},
        "/health": {"conditions": "allergy", "details": MARKER},
        "/you": {"name": MARKER, "email": ADDRESS, "languages": "en", "questions": MARKER},
        "/clinics": {"clinics": ["clinic-lale"]},
        "/check": {"adult": "y", "share_health": "y"},
    }.items():
        assert sender.post(f"/get-quotes{step}", **fields) == 200, step
    mail = site.mail(ADDRESS, "Confirm your request")
    link = next(link for link in mail.links if link.endswith("/confirm"))
    assert sender.post(link.removeprefix(site.url)) == 200
    site.mail(ADDRESS, "Your request")


def send_raw(site: Site, text: str) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=3) as connection, suppress(OSError):
        connection.sendall(text.encode())
        connection.settimeout(1)
        connection.recv(200)


def lose_the_database(sender: Sender, site: Site) -> set[int]:
    """The statuses while PostgreSQL is killed and comes back."""
    children = psutil.Process(site.process.pid).children(recursive=True)
    next(child for child in children if child.name() == "postgres").send_signal(signal.SIGKILL)
    seen, until = set(), time.monotonic() + 40
    while time.monotonic() < until and not ({503, 200} <= seen):
        with suppress(OSError):
            seen.add(sender.get(f"/clinics?q={MARKER}")[0])
    wait_for(lambda: sender.get("/readyz")[0] == 200, seconds=40)
    return seen


def with_a_missing_column(sender: Sender, site: Site) -> int:
    """A fault of the site's own: its page asks for a column that is gone."""
    with closing(owner(site)) as connection:
        connection.execute("ALTER TABLE account RENAME COLUMN name TO gone")
        try:
            return sender.post("/account/login", email=ADDRESS, password=MARKER)
        finally:
            connection.execute("ALTER TABLE account RENAME COLUMN gone TO name")


def lines_of(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_sp17_no_log_of_a_running_site_holds_a_marker(running: Site, figure: Any) -> None:
    sender = Sender(running)
    a_whole_request(sender, running)
    statuses = {sender.get(f"/{MARKER}?{MARKER}={MARKER}", **HEADERS)[0], sender.get(f"/q/{MARKER}")[0]}
    statuses |= {sender.post("/account/login", email=ADDRESS, password=MARKER), sender.post("/my/link", email=MARKER)}
    statuses |= {with_a_missing_column(sender, running)} | lose_the_database(sender, running)
    for text in BROKEN:
        send_raw(running, text)
    assert statuses >= {200, 404, 422, 500, 503}, statuses
    wait_for(lambda: "gunicorn.error at workers/base.py" in running.log.read_text(), seconds=5)
    for log in (running.log, running.folder / "data" / "postgres.log"):
        found = [line for line in log.read_text("utf-8", "replace").splitlines() if MARKER.lower() in line.lower()]
        assert not found, found[:3]
    lines = lines_of(running.log)
    figure("SP17", f"markers in every field, answers {sorted(statuses)}", f"0 in {len(lines)} lines of log")
    assert {line["process"] for line in lines} >= {"web", "worker", "supervisor"}
    assert any(line.get("error") and line.get("request_id") for line in lines)
