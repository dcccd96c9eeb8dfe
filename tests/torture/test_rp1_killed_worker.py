"""A worker that is killed again and again loses nothing and sends little twice."""

import random
import time

from tests.browser import wait_for
from tests.torture.conftest import Note, StartSite
from tests.torture.figures import scaled
from tests.torture.mail_traffic import Traffic
from tests.torture.real_site import IMPATIENT, RealSite

CONCURRENCY = 4  # jobs a worker has in hand


def kill_at_work(site: RealSite, *, seen: int) -> int:
    """Some time after a worker younger than `seen` has taken up its work."""
    wait_for(lambda: site.workers_at_work() > seen, seconds=60)
    now = site.workers_at_work()
    time.sleep(random.uniform(1.3, 2.2))
    site.kill("worker")
    return now


def test_rp1_a_worker_killed_again_and_again_loses_no_mail(start_site: StartSite, figure: Note) -> None:
    site = start_site(change=IMPATIENT)
    kills = scaled(50, least=3)
    traffic = Traffic(site, emails=20 * kills)
    site.mailbox.behave(delay=0.3)
    seen = 0
    for _ in range(kills):
        traffic.ask(20, at_once=8)
        seen = kill_at_work(site, seen=seen)
    began = time.monotonic()
    drained = traffic.drained_within(seconds=120)
    said = f"{traffic.lost()} lost, {traffic.duplicates()} duplicates, all with the original's Message-ID"
    figure("RP1", f"{traffic.sent} mails, {kills} kills", f"{said}; drained in {time.monotonic() - began:.0f} s")
    assert (traffic.sent, traffic.lost()) == (20 * kills, 0)
    assert traffic.duplicates() <= kills * CONCURRENCY
    assert drained
