"""The disk below DATA_DIR is full: the site says so, loses nothing it acknowledged, and recovers once it is freed."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.browser import wait_for
from tests.torture import stored
from tests.torture.conftest import Note, StartSite
from tests.torture.figures import scaled
from tests.torture.people import Crowd
from tests.torture.real_site import RealSite
from tests.torture.small_disk import SmallDisk, small_disk

PEOPLE = 8


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Room for a cluster, little more."""
    with small_disk(tmp_path / "data", megabytes=400) as small:
        yield small


# PostgreSQL writes on for a while in files it has already. Once its tables have no room left it refuses; once its log
# has none it ends, and cannot start before there is room again.
USE_UP = {
    "tables": "CREATE TABLE junk AS SELECT repeat('x', 1000) FROM generate_series(1, 1000000)",
    "log": "SELECT count(pg_logical_emit_message(false, 'junk', repeat('x', 1000000))) FROM generate_series(1, 1000)",
}


def use_up_what_is_kept_in_reserve(site: RealSite, *, of: str) -> None:
    with psycopg.connect(site.superuser_url, autocommit=True) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute(USE_UP[of].encode())


def status_of(site: RealSite, path: str) -> int:
    return site.poster(wait=10).get(path).status


@pytest.mark.parametrize("without", USE_UP)
def test_rp11_a_full_disk_loses_nothing(disk: SmallDisk, start_site: StartSite, figure: Note, without: str) -> None:
    site = start_site()
    site.ask("UPDATE clinic SET daily_capacity = 100000, weekly_capacity = 100000")
    lasting = scaled(15, least=10)
    crowd = Crowd(site, at_once=PEOPLE, seconds=5 * lasting)
    time.sleep(lasting)
    disk.fill()
    use_up_what_is_kept_in_reserve(site, of=without)
    full = time.time()
    wait_for(lambda: status_of(site, "/readyz") == 503, seconds=10)
    time.sleep(lasting)
    disk.free()
    freed = time.time()
    wait_for(lambda: status_of(site, "/readyz") == 200, seconds=60)
    back = time.time() - freed
    people = crowd.wait()
    wait_for(lambda: site.waiting() == 0, seconds=120)
    counted = Counter(answer.status for answer in crowd.answers() if answer.began > full)
    missing, halves = stored.judge(site, people)
    said = f"{counted[503]} x 503, {missing} missing, {halves} half-stored, ready again in {back:.0f} s"
    figure("RP11", f"no room for {without} for {lasting} s under {PEOPLE} people", said)
    assert (missing, halves) == (0, 0)
    assert set(counted) == {200, 303, 503}
    assert any(person.confirmed for person in people if person.poster.answers[-1].began > freed)
