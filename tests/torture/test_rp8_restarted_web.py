"""gunicorn is reloaded and stopped under load: nobody who was let in goes without an answer."""

import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg

from marketplace.processes.run import is_ready
from tests.browser import wait_for
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.mail_traffic import Traffic
from tests.torture.poster import Answer
from tests.torture.real_site import RealSite

AT_ONCE = 8  # two processes of four threads


def ask_until(site: RealSite, until: float) -> list[Answer]:
    """A page and a form, again and again."""
    poster = site.poster()
    while time.time() < until:
        page = poster.get("/my/link")
        if page.status == 200:
            poster.send("/my/link", {**page.tokens(), "email": "nobody@patient.example"})
    return poster.answers


def test_rp8_a_reload_fails_nobody(real_site: RealSite, figure: Note) -> None:
    reloads = scaled(5, least=3)
    until = time.time() + 4 * reloads + 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asking = [pool.submit(ask_until, real_site, until) for _ in range(AT_ONCE)]
        for _ in range(reloads):
            time.sleep(4)
            real_site.kill("web", signal.SIGHUP)
        counted = Counter(answer.status for asked in asking for answer in asked.result())
    failed = sum(counted.values()) - counted[200] - counted[303]
    figure("RP8", f"{reloads} x HUP under {AT_ONCE} clients", f"{sum(counted.values())} requests, {failed} failed")
    assert min(counted[200], counted[303]) > 0
    assert failed == 0, counted


def test_rp8_what_was_let_in_is_answered_before_the_end(real_site: RealSite, figure: Note) -> None:
    traffic = Traffic(real_site, emails=AT_ONCE)
    with psycopg.connect(real_site.superuser_url) as holding:
        # What is posted now is held up in the middle of its transaction.
        holding.execute("LOCK TABLE email IN EXCLUSIVE MODE")
        asking = threading.Thread(target=traffic.ask, args=(AT_ONCE,), kwargs={"at_once": AT_ONCE})
        asking.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        # One process may take in more than it has threads: the rest wait inside for theirs.
        wait_for(lambda: real_site.ask(waiting)[0][0] >= AT_ONCE / 2, seconds=10)
        time.sleep(0.3)
        stopped = real_site.kill("web", signal.SIGTERM)
        time.sleep(0.5)
    asking.join(30)
    ended = time.time()
    wait_for(lambda: real_site.pid("web") not in (None, stopped) and is_ready(real_site.port), seconds=60)
    stored = real_site.ask("SELECT count(*) FROM email WHERE name = 'access_link'")[0][0]
    said = f"{traffic.sent} answered, {stored} stored, open again in {time.time() - ended:.1f} s"
    figure("RP8", f"TERM with {AT_ONCE} posts in flight", said)
    assert (traffic.sent, stored) == (AT_ONCE, AT_ONCE)
