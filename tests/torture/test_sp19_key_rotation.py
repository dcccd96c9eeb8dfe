"""SP19: a new master key comes in while people write; what was stored stays readable, and nobody is signed out."""

import base64
import json
import os
import re
import subprocess
import sys
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from marketplace.processes.mailbox import free_port
from tests.browser import ROOT, Site
from tests.journeys.test_killed import browser, post

WRITERS = 3


class Rotating:
    """A site whose FIELD_KEYS change between its starts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.site = Site(folder, self.port)
        self.site.wait_until_ready()
        self.secrets = folder / "data" / "secrets.json"
        self.old = json.loads(self.secrets.read_text())["FIELD_KEYS"]
        self.new = base64.b64encode(os.urandom(32)).decode()

    def restart(self, *keys: str) -> None:
        self.site.stop()
        self.secrets.write_text(json.dumps(json.loads(self.secrets.read_text()) | {"FIELD_KEYS": ",".join(keys)}))
        self.site = Site(self.folder, self.port)
        self.site.wait_until_ready()

    def keys(self, command: str) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "SECRET_", "FIELD_"))}
        run = [sys.executable, "-m", "flask", "--app", "wsgi", "keys", command]
        environment = clean | {"DATA_DIR": str(self.folder / "data")}
        return subprocess.run(run, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def rotating(tmp_path):
    made = Rotating(tmp_path)
    yield made
    made.site.stop()


class Writer:
    """A patient at the health step, who changes the answer again and again."""

    def __init__(self, url, number):
        self.opener, self.url, self.number = browser(), f"{url}/get-quotes", number
        self.acknowledged, self.said, self.times = "", "", 0
        post(self.opener, self.url)
        post(self.opener, f"{self.url}/treatment", procedure="facial")
        post(self.opener, f"{self.url}/where", home_country="GB", destinations="TR")
        post(self.opener, f"{self.url}/when", timing="quarter", trips="2")
        post(self.opener, f"{self.url}/budget")
        self.write()
        assert self.reads()

    def write(self):
        words = f"writer {self.number} said this {self.times}"
        self.said = words
        post(self.opener, f"{self.url}/health", conditions="allergy", details=words)
        self.acknowledged, self.times = words, self.times + 1

    def write_until(self, done):
        while not done.is_set():
            try:
                self.write()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                done.wait(0.2)

    def reads(self):
        """What was acknowledged last, or said after it while the answer was lost to the restart."""
        html = self.opener.open(f"{self.url}/health").read().decode()
        return self.acknowledged in html or self.said in html


def leads(member, url):
    """Each request of the clinic, opened: one that cannot be unsealed answers 404."""
    found = set()
    for state in ("new", "quoted", "won", "closed"):
        html = member.open(f"{url}/dashboard/leads?state={state}").read().decode()
        found |= set(re.findall(r'href="(/dashboard/leads/MQ-[^"?#]+)"', html))
    return {path: member.open(url + path).status for path in found}


def test_sp19_key_rotation_with_traffic(rotating, figure):
    url, member = rotating.site.url, browser()
    post(member, f"{url}/account/login", email="owner@clinic-lale.sample.example", password=rotating.site.password)
    before, done = leads(member, url), Event()
    assert len(before) > 1
    writers = [Writer(url, number) for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as threads:
        at_work = [threads.submit(writer.write_until, done) for writer in writers]
        try:
            rotating.restart(rotating.new, rotating.old)
            assert "\n0 old" not in rotating.keys("status")
            for _ in range(3):
                rotated = rotating.keys("rotate")
            assert "\n0 old" in rotated
            rotating.restart(rotating.new)
        finally:
            done.set()
        [work.result() for work in at_work]
    assert "\n0 old" in rotating.keys("status")
    assert leads(member, url) == before
    assert all(writer.reads() for writer in writers)
    assert all(writer.times > 10 for writer in writers)
    figure(
        "SP19", f"{WRITERS} writers meanwhile", f"0 under the old key, {sum(w.times for w in writers)} writes readable"
    )
