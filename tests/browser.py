"""A real site and real browsers: the supervisor, its database, its mailbox, and Chromium."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from marketplace.processes.mailbox import free_port
from marketplace.processes.mailbox_reader import MailboxMessage, messages

ROOT = Path(__file__).parent.parent
ARTIFACTS = ROOT / "tests" / "artifacts"
RUN = ("-m", "marketplace.processes.run")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Site:
    """A running site and its mailbox."""

    def __init__(self, folder: Path, port: int, *, command: tuple[str, ...] = RUN, **settings: str) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "run.log"
        # Nothing of the caller's own site may leak into this one.
        others = ("DATABASE_", "DIRECT_", "READ_", "MAIL_", "SECRET_", "FIELD_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self.given = clean | {
            "PORT": str(port),
            "DATA_DIR": str(folder / "data"),
            "UNDO_SECONDS": "2",
            "GROUP_SECONDS": "3",
            "LIMITS": "off",  # all browsers of a test run come from one address
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.given,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self, *, seconds: float = 60) -> None:
        """The line that `make run` prints."""
        wait_for(lambda: "Ready: " in self.log.read_text() or self.process.poll() is not None, seconds=seconds)
        assert self.process.poll() is None, self.log.read_text()[-3000:]

    @property
    def password(self) -> str:
        """Of every sample account."""
        return (self.folder / "data" / "sample-password").read_text().strip()

    def mails_to(self, address: str) -> list[MailboxMessage]:
        """Newest first."""
        return [mail for mail in messages(self.folder / "data" / "mail") if address in mail.to]

    def mail(self, address: str, subject: str, *, seconds: float = 30) -> MailboxMessage:
        """Waits for a mail whose subject contains these words."""

        def found() -> list[MailboxMessage]:
            return [mail for mail in self.mails_to(address) if subject in mail.subject]

        wait_for(lambda: bool(found()), seconds=seconds)
        return found()[0]

    def stop(self) -> None:
        """As Ctrl-C would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def wait_for(true: Callable[[], bool], *, seconds: float) -> None:
    """Looks until it is so; fails when the time is over."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`make run` without make: one for all browser tests."""
    running = Site(tmp_path_factory.mktemp("site"), free_port())
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    """A new reader: `visit(width=360, script=False)`; fails on a console error or a request elsewhere."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def new(*, width: int = 360, script: bool = True, dark: bool = False, strict: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 760 if width < 700 else 900},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # pictures are taken of pages, not of transitions
            bypass_csp=not strict,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith((site.url, "data:")) else wrong.append(r.url))
        page.on(
            "console",
            lambda m: wrong.append(m.text) if m.type == "error" and "status of 4" not in m.text else None,
        )
        return page

    yield new
    for context in contexts:
        context.close()
    assert not wrong, wrong


@contextmanager
def served(app: Flask | WSGIApplication) -> Iterator[int]:
    """The app alone on a port of this machine, a thread a connection."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def examine(page: Page, name: str) -> None:
    """What holds for every page a browser shows, with a picture of it."""
    assert_no_sideways_scroll(page)
    assert_accessible(page)
    keep(page, f"{name}-{(page.viewport_size or {})['width']}")


def keep(page: Page, name: str) -> None:
    """A screenshot among the artifacts, for whoever asked to see them: `PICTURES=1 make test TESTS=tests/journeys`."""
    if "PICTURES" not in os.environ:
        return
    ARTIFACTS.mkdir(exist_ok=True)
    file = ARTIFACTS / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.jpg"
    page.screenshot(path=file, type="jpeg", quality=80, full_page=True)  # twice as fast as PNG


def assert_accessible(page: Page) -> None:
    """axe finds nothing, best practice included."""
    # Without fetching the style sheets once more: only rules about sound and turned screens would read them.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    assert not found, [page.url, *((v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in found)]


def assert_no_sideways_scroll(page: Page) -> None:
    """The page fits its window; after a click the next one is waited for."""
    page.wait_for_load_state()
    page.wait_for_selector("footer", state="attached")
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], (page.url, widths)
