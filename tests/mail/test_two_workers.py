"""Two workers at one email, on a database with real commits."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role
from marketplace.mail import clinic_emails, delivery, jobs, outbox, quote_notifications
from marketplace.mail.models import Email
from tests.factories import stored_lead, stored_quote
from tests.outbox import emails, event_of, jobs_of

CONTEXT = {"within": ""}


def test_an_email_in_another_workers_hand_is_left(own_app: Flask) -> None:
    with own_app.app_context():
        email_id = outbox.put("account_password_changed", to="a@b.example", audience="account", context=CONTEXT).id
        db.session.commit()
        with db.engine.connect() as other:
            set_local_role(other, RoleScope(DatabaseRole.WORKER))
            other.execute(select(Email.id).where(Email.id == email_id).with_for_update())
            assert delivery.prepare(email_id) is False
            assert delivery.attempt(email_id) is None
            db.session.rollback()
        assert delivery.prepare(email_id) is True
        db.session.rollback()


def test_an_email_in_another_workers_hand_is_looked_at_again(own_app: Flask) -> None:
    with own_app.app_context():
        email_id = outbox.put("account_password_changed", to="a@b.example", audience="account", context=CONTEXT).id
        db.session.execute(db.text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
        with db.engine.connect() as other:
            set_local_role(other, RoleScope(DatabaseRole.WORKER))
            other.execute(select(Email.id).where(Email.id == email_id).with_for_update())
            jobs.send(email_id=str(email_id))
        (again,) = jobs_of("mail.send", email_id=email_id)
        assert timedelta(seconds=50) < again.scheduled_at - clock.now() <= timedelta(seconds=60)


def test_rp6_a_hundred_transactions_taken_back_leave_no_mail(own_app: Flask) -> None:
    with own_app.app_context():
        for _ in range(100):
            outbox.put("account_password_changed", to="a@b.example", audience="account", context=CONTEXT)
            db.session.rollback()
        left = db.text("SELECT count(*) FROM procrastinate_jobs")
        assert (db.session.scalars(select(Email)).all(), db.session.scalar(left)) == ([], 0)


def twice_at_once(app: Flask, *, lock: str, tell: Callable[[], object], name: str) -> list[int]:
    """How many emails there are while another transaction writes the same one, and after it gave up."""
    counted = []
    with db.engine.connect() as other:
        set_local_role(other, RoleScope(DatabaseRole.WORKER))
        other.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
        tell()
        counted.append(len(emails(name)))
        other.rollback()
    tell()
    counted.append(len(emails(name)))
    return counted


def test_two_ticks_at_once_tell_of_a_quote_that_ends_once(own_app: Flask) -> None:
    with own_app.app_context():
        quote = stored_quote(sent_at=clock.now() - timedelta(days=2), valid_until=clock.today() + timedelta(days=3))
        lock = f"quote_ends {quote.request_id} quotes/{quote.number}"
        told = twice_at_once(
            own_app, lock=lock, tell=lambda: quote_notifications.remind_of_ending(clock.now()), name="quote_ends"
        )
        db.session.rollback()
    assert told == [0, 1]


def test_two_reminders_at_once_are_one_email_to_the_clinic(own_app: Flask) -> None:
    with own_app.app_context():
        lead = stored_lead()
        told = twice_at_once(
            own_app,
            lock=f"leads_waiting {lead.clinic_id}",
            tell=lambda: clinic_emails.leads_waiting(event_of(lead)),
            name="leads_waiting",
        )
        db.session.rollback()
    assert told == [0, 1]
