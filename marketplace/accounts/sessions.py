"""How long a sign-in lasts: operators 30 minutes idle and 12 hours at most, members 12 hours idle."""

from flask import Flask, session
from flask_login import user_loaded_from_cookie, user_logged_in

from marketplace.accounts.models import Account
from marketplace.foundation import clock

OPERATOR_IDLE, OPERATOR_MOST = 30 * 60, 12 * 60 * 60
MEMBER_IDLE = 12 * 60 * 60
STAMP_EVERY = 60  # seconds; a cookie is not written at every look


def hold_to_limits() -> None:
    """Before anyone is loaded: past its time it is nobody's. A remembered device signs in by itself."""
    if "_user_id" not in session:
        return
    now = int(clock.now().timestamp())
    seen, idle, until = session.get("seen", 0), session.get("idle", 0), session.get("until", now)
    if now - seen > idle or now > until:
        session.clear()
    elif now - seen > STAMP_EVERY:
        session["seen"] = now


def begin(_sender: object, user: Account, **_ignored: object) -> None:
    """Operators are not remembered on a device."""
    now = int(clock.now().timestamp())
    session["seen"] = now
    session["idle"] = OPERATOR_IDLE if user.is_operator else MEMBER_IDLE
    if user.is_operator:
        session["until"] = now + OPERATOR_MOST
        session.pop("_remember", None)
        session.pop("_remember_seconds", None)


def install(app: Flask) -> None:
    """Binds both."""
    app.before_request(hold_to_limits)
    user_logged_in.connect(begin, app)
    user_loaded_from_cookie.connect(begin, app)
