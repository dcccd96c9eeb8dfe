"""A worker that stands still for a minute and then goes on, beside one that took up its jobs meanwhile."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.leads.models import Lead
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.pending import release_later
from tests.browser import wait_for
from tests.factories import build_clinic, build_request, terms
from tests.torture import moves
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.mail_traffic import Traffic
from tests.torture.real_site import RealSite

THINKS = 2  # seconds
IN_HAND = """
    SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'mail.send' AND worker_id > %s
"""


@contextmanager
def second_worker(site: RealSite) -> Iterator[tuple[int, int]]:
    """Its process, and the number in the queue that all of its lanes are above."""
    first = site.workers_at_work()
    process = site.another_worker()
    try:
        wait_for(lambda: site.workers_at_work() > first, seconds=60)
        yield process.pid, first
    finally:
        process.kill()
        process.wait()


def stop_in_the_middle(site: RealSite, pid: int, number: int) -> int:
    """Stopped while it has emails in hand; how many."""
    while True:
        wait_for(lambda: site.ask(IN_HAND, number)[0][0] > 0, seconds=60)
        os.kill(pid, signal.SIGSTOP)
        in_hand = int(site.ask(IN_HAND, number)[0][0])
        if in_hand:
            return in_hand
        os.kill(pid, signal.SIGCONT)


def hold_quotes(site: RealSite, *, number: int) -> None:
    """So many, each to be released by a job while the worker stands still."""
    site.app.config["UNDO_SECONDS"] = 15
    with site.inside():
        clinic = build_clinic(daily_capacity=number)
        for n in range(number):
            request = build_request(clinic, email=f"quoted{n:03}@patient.example")
            lead = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).one()
            release_later(Event(quote_id=submit_quote(lead, terms(lead)).id))


# Seconds, and whether the database has let go of its rows meanwhile.
@pytest.mark.parametrize(("stands_still", "let_go"), [(30, False), (60, True)])
def test_rp14_a_worker_that_stood_still_does_nothing_twice(
    real_site: RealSite, figure: Note, stands_still: int, let_go: bool
) -> None:
    emails = scaled(300, least=60)
    moves.note_all(real_site)
    traffic = Traffic(real_site, emails=emails)
    real_site.mailbox.behave(delay=THINKS)
    with second_worker(real_site) as (pid, number):
        traffic.ask(emails, at_once=8)
        hold_quotes(real_site, number=20)
        in_hand = stop_in_the_middle(real_site, pid, number)
        real_site.mailbox.behave(delay=0.3)
        time.sleep(stands_still)
        os.kill(pid, signal.SIGCONT)
        drained = traffic.drained_within(seconds=180)
    twice = moves.done_twice(real_site)
    said = f"{traffic.lost()} lost, {traffic.duplicates()} duplicates, {len(twice)} state changes twice"
    figure("RP14", f"one of two workers stopped for {stands_still} s, {in_hand} emails in hand", said)
    assert (traffic.sent, traffic.lost(), twice) == (emails, 0, [])
    assert traffic.duplicates() <= (in_hand if let_go else 0)
    assert real_site.ask("SELECT count(*) FROM state_change WHERE thing = 'quote'") == [(20,)]
    assert drained
