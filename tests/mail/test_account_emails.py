"""Flask-Security's emails go by the outbox, in our words."""

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.mail import delivery
from marketplace.mail.account_emails import OutboxMailUtil
from tests.outbox import only


def say(app: Flask, template: str, **context: object) -> None:
    OutboxMailUtil(app).send_mail(
        f"security/email/{template}",
        "Their subject",
        "ayse@clinic.example",
        "them",
        "Their words",
        None,
        **context,
    )


def test_a_reset_is_ours_and_leads_to_our_site(app: Flask) -> None:
    say(app, "reset_instructions", reset_link="http://evil.example/account/reset/abc?x=1", within="1 hour")
    email = only("account_reset")
    body = delivery.contents(email)
    assert (email.audience, email.subject, body.to) == (
        "account",
        "Set a new password",
        "ayse@clinic.example",
    )
    assert "http://127.0.0.1:8000/account/reset/abc?x=1" in body.text
    assert "evil.example" not in body.text + body.html
    assert "Their words" not in body.text


def test_the_reset_token_cannot_be_read_in_the_row(app: Flask) -> None:
    say(app, "reset_instructions", reset_link="http://127.0.0.1:8000/account/reset/the-token")
    row = db.session.execute(db.text("SELECT * FROM email")).one()
    assert "the-token" not in "".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)


def test_a_mail_of_a_view_that_never_commits_is_kept(app: Flask) -> None:
    commits = []
    with app.test_request_context("/account/reset", method="POST"):
        say(app, "reset_notice")
        db.session.commit = lambda: commits.append(1)  # type: ignore[method-assign]
        try:
            app.process_response(app.response_class("ok"))
        finally:
            del db.session.commit
    assert commits


def test_an_email_we_have_no_words_for_is_an_error(app: Flask) -> None:
    with pytest.raises(KeyError):
        say(app, "username_recovery")
