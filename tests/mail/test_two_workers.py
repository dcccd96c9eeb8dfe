"""Two workers at one email, on a database with real commits."""

from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.faces import Face, Worn, put_on
from marketplace.mail import delivery, outbox
from marketplace.mail.models import Email

CONTEXT = {"code_text": "", "within": "", "who": ""}


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
