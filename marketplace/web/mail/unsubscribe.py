"""One click stops a stream of emails, and one brings it back. Looking changes nothing, since mail scanners look."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.foundation.audit.log import act_as
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security import limits
from marketplace.mail.suppression import Subscription, subscription_of
from marketplace.web.http.writing import writes
from marketplace.web.mail.door import door


@door.route("/unsubscribe/<token>", methods=["GET", "POST"])
@writes
def unsubscribe(token: str) -> ResponseReturnValue:
    """A mail program posts here without a cookie; whoever holds the link may (RFC 8058)."""
    subscription = _subscription_of(token)
    act_as(subscription.account.actor)
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
        limits.take("guess-link")
        raise
