"""Limits how often one may try to sign in and ask for an email; a right answer costs nothing."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, Response, make_response, request, session
from flask_security import current_user
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.queries import normal_address
from marketplace.extensions import db
from marketplace.foundation.problems import Refused
from marketplace.foundation.security import limits
from marketplace.foundation.security.input_safety import trimmed

P = ParamSpec("P")
Who = Callable[[], dict[str, str]]


def typed_address() -> dict[str, str]:
    """Returns the address as it will be looked up: nobody learns here whether it has an account."""
    typed = trimmed(request.form.get("email", ""))
    with suppress(Refused):
        typed = normal_address(typed)
    return {"email": typed}


def half_signed_in() -> dict[str, str]:
    """Returns the account whose password was right, or who is signed in already."""
    if current_user.is_authenticated:
        return {"account": str(current_user.id)}
    named = select(Account.id).where(Account.fs_uniquifier == session.get("tf_user_id", ""))
    return {"account": str(db.session.scalar(named) or "")}


def lock_half_signed_in_account() -> None:
    """Locks the account's row and reads it anew: of two uses of one recovery code the second finds it spent."""
    named = select(Account).where(Account.fs_uniquifier == session.get("tf_user_id", ""))
    db.session.scalar(named.with_for_update().execution_options(populate_existing=True))


# Endpoint: the limit, whom it counts, and whether a right answer costs nothing.
LIMITED: dict[str, tuple[str, Who, bool]] = {
    "security.login": ("sign-in", typed_address, True),
    "security.two_factor_token_validation": ("second-factor", half_signed_in, True),
    "security.mf_recovery": ("second-factor", half_signed_in, True),
    "security.verify": ("password-again", half_signed_in, True),
    "security.change_password": ("password-again", half_signed_in, True),
    "security.forgot_password": ("reset", typed_address, False),
    "security.change_email": ("change-email", half_signed_in, False),
    "security.send_confirmation": ("confirm-account", typed_address, False),
}


def install(app: Flask) -> None:
    """Wraps Flask-Security's own views, once it has bound them."""
    for endpoint, (name, who, only_wrong) in LIMITED.items():
        app.view_functions[endpoint] = _limited(app.view_functions[endpoint], name, who=who, only_wrong=only_wrong)


def _limited(view: Callable[P, Any], name: str, *, who: Who, only_wrong: bool) -> Callable[P, Response]:
    @wraps(view)
    def counted(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.method != "POST":
            return make_response(view(*args, **kwargs))
        whom = who()
        limits.consume(name, **whom)
        if request.endpoint == "security.mf_recovery":
            lock_half_signed_in_account()
        answer = make_response(view(*args, **kwargs))
        # A form that was refused is shown again; what was right leads on.
        if only_wrong and answer.status_code in {302, 303}:
            limits.give_back(name, **whom)
        return answer

    return counted
