"""Pages about emails: reports of bounces and complaints, one-click unsubscribing, and the mailbox of development."""

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, json, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from marketplace.extensions import db
from marketplace.foundation.audit.log import set_actor
from marketplace.foundation.problems import NotFound, Problem
from marketplace.foundation.security import limits
from marketplace.mail import delivery_reports
from marketplace.mail.suppression import Subscription, subscription_of
from marketplace.processes import mailbox_reader
from marketplace.web.http.headers import keep_private
from marketplace.web.http.writing import writes

blueprint = Blueprint("mail", __name__)
blueprint.after_request(keep_private)
# Not registered in production.
dev_mail = Blueprint("dev_mail", __name__)

MAX_BODY_BYTES = 64 * 1024
NEWEST = 200
# Emails carry their style in attributes, which the pages' own policy forbids; nothing else is allowed here.
EMAIL_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"


@blueprint.route("/hooks/mail", methods=["GET", "POST"])
@writes
def take_report() -> ResponseReturnValue:
    """Stores one report; repeating it changes nothing. The page exists only where a secret is configured."""
    secret = current_app.config["MAIL_HOOK_SECRET"]
    if not secret:
        return problem(404, "not_found")
    if request.method != "POST":
        return problem(405, "method", Allow="POST")
    try:
        return _taken(secret)
    except Problem as refused:
        return problem(400 if refused.reason == "json" else refused.status, refused.reason)
    except HTTPException as error:
        return problem(error.code or 400, "request")
    except (OperationalError, InterfaceError):
        db.session.rollback()
        return problem(503, "database", **{"Retry-After": "5"})


def _taken(secret: str) -> ResponseReturnValue:
    set_actor("relay")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return problem(413, "too_large")
    body = request.get_data()
    timestamp, signature = (request.headers.get(f"Mail-Hook-{name}", "") for name in ("Timestamp", "Signature"))
    delivery_reports.check_signature(body, timestamp=timestamp, signature=signature, secret=secret)
    report = delivery_reports.report_in(body)
    try:
        delivery_reports.apply_report(report)
    except NotFound:
        return problem(404, "email")
    return "", 204


def problem(status: int, code: str, **headers: str) -> Response:
    """Returns a problem response (RFC 9457); its code names the refused part, never its content."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return Response(json.dumps(told), status, headers, content_type="application/problem+json")


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@writes
def unsubscribe(token: str) -> ResponseReturnValue:
    """Shows whether emails are on; a POST by the holder of the link switches them, without a cookie (RFC 8058).

    Raises NotFound or LimitReached.
    """
    subscription = _subscription_of(token)
    set_actor(subscription.account.actor)
    if request.method == "POST" and request.form.get("emails") == "on":
        subscription.switch_on()
    elif request.method == "POST":
        subscription.switch_off()
    acted = request.method == "POST"
    return render_template("mail/unsubscribe.html", wanted=subscription.wanted, acted=acted, token=token)


def _subscription_of(token: str) -> Subscription:
    try:
        return subscription_of(token)
    except NotFound:
        limits.consume("guess-link")
        raise


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
