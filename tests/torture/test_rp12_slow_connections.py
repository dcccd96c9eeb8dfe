"""Two hundred connections that send slowly do not keep others waiting, behind nginx as it is documented."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest

from tests.deployment.front import Front, need_nginx
from tests.torture.conftest import Note, StartSite
from tests.torture.figures import scaled
from tests.torture.poster import Answer, Poster
from tests.torture.slow_senders import BEGINNINGS, SlowSenders

NUMBER = 200


@pytest.fixture
def front(start_site: StartSite, tmp_path: Path) -> Iterator[Front]:
    """A site behind nginx."""
    need_nginx()
    site = start_site(PROXY_HOPS="1")
    before = Front(tmp_path / "nginx", behind=[f"127.0.0.1:{site.port}"])
    yield before
    before.stop()


def visits(port: int, *, seconds: float) -> list[Answer]:
    """Somebody who opens the first page four times a second."""
    poster, until = Poster(port, wait=10), time.monotonic() + seconds
    while time.monotonic() < until:
        poster.get("/")
        time.sleep(0.25)
    return poster.answers


@pytest.mark.parametrize("what", BEGINNINGS)
def test_rp12_slow_senders_keep_nobody_waiting(front: Front, figure: Note, what: str) -> None:
    lasting = scaled(60, least=15)
    senders = SlowSenders(front.port, what=what, number=NUMBER, seconds=lasting)
    time.sleep(1)
    answers = visits(front.port, seconds=lasting - 3)
    still_open = senders.open
    senders.wait()
    slowest = quantiles([answer.ended - answer.began for answer in answers], n=20)[-1]
    said = f"p95 {1000 * slowest:.0f} ms of {len(answers)}, {still_open} still open at the end"
    figure("RP12", f"{NUMBER} slow {what} for {lasting} s behind nginx", said)
    assert {answer.status for answer in answers} == {200}
    assert slowest <= 1
    assert still_open > NUMBER / 2
