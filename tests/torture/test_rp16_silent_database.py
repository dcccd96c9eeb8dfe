"""Twenty seconds in which the network takes packets to the database and brings none back: what people are told."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from threading import Event

import pytest

from tests.browser import wait_for
from tests.torture.conftest import Note, StartSite
from tests.torture.mail_traffic import Traffic
from tests.torture.namespace import PORT, THEIRS, FarDatabase
from tests.torture.poster import Answer, Poster
from tests.torture.real_site import RealSite

SILENCE = 20  # seconds
PEOPLE = 16
PATHS = ("/clinics", "/readyz", "/treatments/mesotherapy/cost", "/my/link")
# The site's own login goes through the wire; migrations and whoever prepares the test do not.
FAR = f"""
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from marketplace.processes import run
near = run.start_postgres
def far(supervisor, folder):
    urls = near(supervisor, folder)
    directory = Path(parse_qs(urlsplit(urls["DATABASE_URL"]).query)["host"][0])
    (folder.parent / "socket").symlink_to(next(directory.glob(".s.PGSQL.*[0-9]")))
    return urls | {{"DATABASE_URL": "postgresql://marketplace_app@{THEIRS}:{PORT}/marketplace"}}
run.start_postgres = far
"""


@pytest.fixture
def far_database(tmp_path: Path) -> Iterator[FarDatabase]:
    """Up before the site, which makes the socket it leads to."""
    database = FarDatabase(tmp_path)
    try:
        database.start(tmp_path / "socket")
        yield database
    finally:
        database.remove()


def read_until(over: Event, site: RealSite, number: int) -> list[Answer]:
    """One person who looks at one page after the other."""
    poster, answers = Poster(site.port, wait=60), []
    for path in cycle(PATHS[number % 4 :] + PATHS[: number % 4]):
        if over.is_set():
            return answers
        answers.append(poster.get(path))
        time.sleep(0.2)
    return answers


def everybodys_answers(site: RealSite, database: FarDatabase, *, kind: str) -> tuple[list[Answer], float, float]:
    """Also when the silence began and ended."""
    over = Event()
    silence = database.acknowledge_only if kind == "acknowledged" else database.swallow
    with ThreadPoolExecutor(PEOPLE) as people:
        reading = [people.submit(read_until, over, site, n) for n in range(PEOPLE)]
        time.sleep(3)
        silence(True)
        began = time.time()
        time.sleep(SILENCE)
        silence(False)
        ended = time.time()
        time.sleep(15)
        over.set()
        return [answer for one in reading for answer in one.result()], began, ended


@pytest.mark.parametrize("kind", ["acknowledged", "swallowed"])
def test_rp16_a_silent_database_holds_nobody_for_more_than_ten_seconds(
    far_database: FarDatabase, start_site: StartSite, figure: Note, kind: str
) -> None:
    site = start_site(change=FAR)
    traffic = Traffic(site, emails=60)
    traffic.ask(30)
    answers, began, ended = everybodys_answers(site, far_database, kind=kind)
    back = [answer.began for answer in answers if answer.began > ended and answer.status == 200]
    late = [answer for answer in answers if answer.began > ended + 10 and answer.status != 200]
    traffic.ask(30)
    drained = traffic.drained_within(seconds=120)
    during = [answer for answer in answers if answer.ended > began and answer.began < ended]
    longest = max(answer.ended - answer.began for answer in during)
    refused = [answer for answer in during if answer.status == 503]
    said = f"{len(refused)} of {len(during)} x 503, longest {longest:.1f} s, 200 again {min(back) - ended:.1f} s after"
    figure("RP16", f"packets to the database {kind} for {SILENCE} s, {PEOPLE} people", said)
    figure("RP16", "mail asked for around it", f"{traffic.sent} acknowledged, {traffic.lost()} lost")
    assert {answer.status for answer in answers} == {200, 503}
    assert all("retry-after" in answer.headers for answer in refused)
    assert longest <= 10
    assert late == []
    assert (drained, traffic.lost()) == (True, 0)
    wait_for(lambda: site.poster().get("/readyz").status == 200, seconds=60)
