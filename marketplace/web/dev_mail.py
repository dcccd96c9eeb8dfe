"""The local mailbox of development as pages: emails as they were sent. Not registered in production."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, make_response, render_template

from marketplace.processes import mailbox_reader

dev_mail = Blueprint("dev_mail", __name__)

NEWEST = 200
# Emails carry their style in attributes, which the pages' own policy forbids; nothing else is allowed here.
EMAIL_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"


@dev_mail.get("/dev/mail")
def mailbox() -> str:
    """Shows the emails, newest first."""
    messages = mailbox_reader.messages(_directory(), limit=NEWEST)
    return render_template("dev/mail/mailbox.html", messages=messages)


@dev_mail.get("/dev/mail/<int:n>")
def message(n: int) -> str:
    """Shows one email: its headers, its text and its links."""
    return render_template("dev/mail/message.html", message=_found(n))


@dev_mail.get("/dev/mail/<int:n>/html")
def as_html(n: int) -> Response:
    """Shows the email as a mail program would."""
    response = make_response(_found(n).html)
    response.headers["Content-Security-Policy"] = EMAIL_CSP
    return response


def _found(n: int) -> mailbox_reader.MailboxMessage:
    found = mailbox_reader.message(_directory(), n)
    if found is None:
        abort(404)
    return found


def _directory() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "mail"
