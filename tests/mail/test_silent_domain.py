"""One domain is silent: a real worker goes on with everybody else's mail. The long form is RP15 of `make torture`."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation.database.queue import queue
from marketplace.mail import domain_limit, jobs, outbox, transport
from marketplace.mail.register import REGISTER
from tests.browser import wait_for
from tests.mail.draining import Draining

SILENT = "silent.example"


@pytest.fixture
def draining(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Draining:
    """Slow is what a busy machine never takes for one email, a silence takes forty seconds."""
    draining = Draining(own_app, monkeypatch, faster=1)
    monkeypatch.setattr(transport, "TIMEOUT", 40.0)
    monkeypatch.setattr(domain_limit, "SLOW_AFTER", 6.0)
    monkeypatch.setattr(domain_limit, "LOOK_AGAIN", 60.0)
    monkeypatch.setattr(domain_limit, "SILENT_AFTER", 30.0)
    monkeypatch.setattr(jobs, "domain_limit", domain_limit.DomainLimit())
    return draining


def put(app: Flask, *addresses: str, name: str = "not_chosen") -> None:
    with app.app_context():
        for to in addresses:
            outbox.put(name, to=to, audience="clinic", context={"clinic_name": "Lale", "within": ""})
        db.session.commit()


def test_the_others_do_not_wait_for_a_silent_domain(draining: Draining) -> None:
    put(draining.app, *(f"p{n}@{domain}" for n in range(12) for domain in (SILENT, "good.example")))
    put(draining.app, "reset@good.example", name="account_reset")
    sink = draining.up()
    sink.silent_for = SILENT
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(draining.work, seconds=0.1)
            # Within one silence: before any of those that hang is given up.
            wait_for(lambda: len(sink.accepted) == 13, seconds=30)
        finally:
            sink.stop()


def test_each_queue_has_a_lane_and_what_is_urgent_has_two() -> None:
    lanes = list(worker.lanes())
    assert {name for names, _places in lanes for name in names} >= {task.queue for task in queue.tasks.values()}
    assert [jobs.FIRST in names for names, _places in lanes] == [True, True, False]
    assert [jobs.LATER in names for names, _places in lanes] == [False, False, True]


def test_what_somebody_waits_for_goes_first_and_a_retry_last(app: Flask) -> None:
    def queues() -> list[tuple[str, int]]:
        rows = db.session.execute(db.text("SELECT queue_name, priority FROM procrastinate_jobs ORDER BY id"))
        return [(queue_name, priority) for queue_name, priority in rows]

    put(app, "a@good.example")
    put(app, "a@good.example", name="account_reset")
    assert queues() == [("mail", 0), ("mail.first", 5)]


def test_confirmations_links_and_whatever_is_about_an_account_is_urgent() -> None:
    urgent = {name for name, row in REGISTER.items() if row.urgent}
    assert urgent >= {"confirm_request", "access_link", "team_invitation"}
    assert urgent >= {name for name in REGISTER if name.startswith("account_")}
