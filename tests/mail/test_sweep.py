"""An email whose job was lost is not lost."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import jobs, patient_emails
from marketplace.mail.models import Email
from marketplace.quotes.pending import release_pending
from tests.factories import stored_request
from tests.mail.sink import Sink
from tests.outbox import event_of, jobs_of, only

LATER = timedelta(minutes=16)


@pytest.fixture
def email(app: Flask) -> Email:
    """One that waits."""
    patient_emails.access_link(event_of(stored_request()))
    return only("access_link")


def lose_jobs() -> None:
    db.session.execute(db.text("DELETE FROM procrastinate_jobs"))


def test_a_lost_job_is_made_again(email: Email) -> None:
    lose_jobs()
    assert jobs.sweep_waiting(clock.now() + LATER) == 1
    assert len(jobs_of("mail.send", email_id=email.id)) == 1


def test_a_job_that_waits_is_left_alone(email: Email) -> None:
    assert jobs.sweep_waiting(clock.now() + LATER) == 0
    assert len(jobs_of("mail.send", email_id=email.id)) == 1


def test_a_fresh_email_is_left_alone(email: Email) -> None:
    lose_jobs()
    assert jobs.sweep_waiting(clock.now()) == 0


def test_a_sent_email_is_left_alone(sink: Sink, email: Email) -> None:
    jobs.send(email_id=str(email.id))
    lose_jobs()
    assert jobs.sweep_waiting(clock.now() + LATER) == 0


def test_what_has_a_time_of_its_own_goes_before_the_mail() -> None:
    """A mail server that hangs holds every hand of the worker: what is fetched next must not be one more mail."""
    assert worker.tick.priority == worker.rescue.priority > release_pending.priority > jobs.send.priority
