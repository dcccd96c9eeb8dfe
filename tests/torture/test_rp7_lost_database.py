"""PostgreSQL goes away under people who post: what was acknowledged is stored whole, and nothing by halves."""

import signal
import time
from collections import Counter

import psycopg
import pytest

from tests.browser import wait_for
from tests.torture import stored
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.people import Crowd, away_for, open_the_clinics, recovery
from tests.torture.real_site import RealSite

WAYS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "killed": signal.SIGKILL}
PEOPLE = 16


def take_away(site: RealSite, by: int) -> float:
    """The moment at which a new postmaster took connections."""
    gone = site.kill("postgres", by)
    wait_for(lambda: site.pid("postgres") not in (None, gone) and answers(site), seconds=60)
    return time.time()


def answers(site: RealSite) -> bool:
    try:
        return site.ask("SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize("way", WAYS)
def test_rp7_what_was_acknowledged_is_stored(real_site: RealSite, figure: Note, way: str) -> None:
    open_the_clinics(real_site)
    lasting = scaled(30, least=20)
    crowd = Crowd(real_site, at_once=PEOPLE, seconds=2 * lasting)
    time.sleep(lasting)
    up = take_away(real_site, WAYS[way])
    people = crowd.wait()
    wait_for(lambda: real_site.waiting() == 0, seconds=120)
    asked = crowd.answers()
    counted = Counter(answer.status for answer in asked)
    missing, halves = stored.judge(real_site, people)
    back = recovery(asked, up)
    said = f"{counted[303]} x 303, {missing} missing, {halves} half-stored, {counted[503]} x 503"
    times = f"within {away_for(asked):.1f} s, back {back:.1f} s after the database"
    figure("RP7", f"PostgreSQL {way} under {PEOPLE} people", f"{said} {times}")
    assert (missing, halves) == (0, 0)
    assert set(counted) == {200, 303, 503}, [answer for person in people for answer in person.refused][:1]
    assert any(person.confirmed for person in people)
    assert back <= 10
