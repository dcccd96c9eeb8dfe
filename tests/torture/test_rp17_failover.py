"""The primary is killed under people who post on two machines: the standby takes over, and nothing is lost."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import wait_for
from tests.deployment.front import need_nginx
from tests.torture import stored
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.landscape import Landscape
from tests.torture.people import Crowd, away_for, open_the_clinics, recovery
from tests.torture.poster import Answer, Poster

PEOPLE, BACK_WITHIN = 8, 30
NOTICED_AFTER = 5  # seconds until whoever watches the primary promotes the standby


@pytest.fixture
def landscape(tmp_path: Path) -> Iterator[Landscape]:
    """Web, worker and database on two machines each."""
    need_nginx()
    running = Landscape(tmp_path)
    try:
        running.start()
        yield running
    finally:
        running.stop()


class Stranger(threading.Thread):
    """Reads the list of clinics five times a second, without a session."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.answers: list[Answer] = []
        self._port, self._over = port, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.2):
            self.answers.append(Poster(self._port, wait=15).get("/clinics"))

    def leave(self) -> Counter[int]:
        self._over.set()
        self.join(20)
        return Counter(answer.status for answer in self.answers)


def test_rp17_a_lost_primary_loses_nothing(landscape: Landscape, figure: Note) -> None:
    open_the_clinics(landscape)
    lasting = scaled(40, least=20)
    stranger, crowd = Stranger(landscape.port), Crowd(landscape, at_once=PEOPLE, seconds=2 * lasting)
    time.sleep(lasting)
    lost = time.time()
    landscape.lose_primary()
    time.sleep(NOTICED_AFTER)
    landscape.promote()
    promoted = time.time()
    people = crowd.wait()
    read = stranger.leave()
    wait_for(lambda: landscape.waiting() == 0, seconds=120)
    asked, counted = crowd.answers(), Counter(answer.status for answer in crowd.answers())
    since = [answer for answer in asked if answer.ended > lost]
    missing, halves = stored.judge(landscape, people)
    back = recovery(asked, lost)
    after = sum(person.confirmed and person.poster.answers[-1].ended > promoted for person in people)
    said = f"{counted[303]} x 303, {missing} missing, {halves} half-stored, {counted[503]} x 503"
    times = f"promoted in {promoted - lost:.1f} s, away for {away_for(since):.1f} s, back {back:.1f} s after the loss"
    figure(
        "RP17", f"primary killed under {PEOPLE} people on two machines", f"{said}; {times}; {after} confirmed after it"
    )
    figure("RP17", "strangers who read meanwhile", f"{read[200]} of {read.total()} answered, {read[503]} x 503")
    assert (missing, halves) == (0, 0)
    assert set(counted) <= {200, 303, 503}, [answer for person in people for answer in person.refused][:1]
    assert after > 0
    assert back <= BACK_WITHIN
