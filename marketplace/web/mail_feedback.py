"""Feedback of mail servers and programs: reports of bounces and complaints, and one-click unsubscribing."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, json, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from marketplace.extensions import db
from marketplace.foundation.audit.log import set_actor
from marketplace.foundation.problems import NotFound, Problem
from marketplace.foundation.security import limits
from marketplace.mail import delivery_reports
from marketplace.mail.suppression import Subscription, subscription_of
from marketplace.web.http.headers import keep_private
from marketplace.web.http.writing import writes

blueprint = Blueprint("mail", __name__)
blueprint.after_request(keep_private)


MAX_BODY_BYTES = 64 * 1024


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
