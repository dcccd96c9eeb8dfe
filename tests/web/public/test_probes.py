"""Ready means: the database answers, the queue keeps up, the disk has room."""

import shutil
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.queue import defer
from marketplace.mail.jobs import send
from tests.reading import Reader

SOON, LATE = timedelta(minutes=4), timedelta(minutes=6)


def answer_in(client: Reader, wait: timedelta) -> tuple[int, str]:
    with clock.set_to(clock.now() + wait):
        answer = client.get("/readyz")
    return answer.status_code, answer.text


@pytest.fixture(autouse=True)
def empty_queue(app: Flask) -> None:
    db.session.execute(text("DELETE FROM procrastinate_jobs"))


def test_ready_when_all_is_well(client: Reader) -> None:
    assert answer_in(client, LATE) == (200, "database ok\nqueue ok\ndisk ok\n")


def test_a_job_that_waits_too_long_is_no_readiness(client: Reader) -> None:
    defer(send, email_id="1")
    assert answer_in(client, SOON)[0] == 200
    assert answer_in(client, LATE) == (503, "database ok\nqueue late\ndisk ok\n")


def test_a_job_waits_from_its_time_on(client: Reader) -> None:
    defer(send, email_id="1", schedule_at=clock.now() + timedelta(minutes=5))
    assert answer_in(client, LATE)[0] == 200
    assert answer_in(client, LATE + timedelta(minutes=5))[0] == 503


def test_a_job_in_hand_does_not_wait(client: Reader) -> None:
    defer(send, email_id="1")
    db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    assert answer_in(client, LATE)[0] == 200


def test_a_full_disk_is_no_readiness(client: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1000, 951, 49))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database ok\nqueue ok\ndisk full\n")
    assert answer.headers["Retry-After"] == "60"
