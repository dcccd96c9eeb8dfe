"""Two workers at one email, on a database with real commits."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.faces import Face, Worn, put_on
from marketplace.mail import delivery, jobs, outbox
from marketplace.mail.models import Email
from tests.mail.things import jobs_of

CONTEXT = {"within": ""}


def test_an_email_in_another_workers_hand_is_left(own_app: Flask) -> None:
    with own_app.app_context():
        email_id = outbox.put("account_password_changed", to="a@b.example", audience="account", context=CONTEXT).id
        db.session.commit()
        with db.engine.connect() as other:
            put_on(other, Worn(Face.WORKER))
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
            put_on(other, Worn(Face.WORKER))
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
