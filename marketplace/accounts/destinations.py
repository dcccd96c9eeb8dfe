"""Where a sign-in leads: kept in the session while the second factor is asked for, so that no page on the way loses it.

The library hands its own absolute address on as `next` where nobody asked for a page, and drops what was asked for
where a factor is set up or a recovery code is used.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request, session, url_for
from flask_security import current_user

from marketplace.foundation.security.input_safety import own_path

FACTOR_STEPS = ("security.two_factor_token_validation", "security.two_factor_setup")
LAST_STEPS = ("security.two_factor_token_validation", "security.mf_recovery")
KEPT = "after_sign_in"


def install(app: Flask) -> None:
    """Around Flask-Security's own views, once it has bound them."""
    app.view_functions["security.login"] = _asking_for_a_factor(app.view_functions["security.login"])
    for name in LAST_STEPS:
        app.view_functions[name] = _leading_on(app.view_functions[name])


def _asking_for_a_factor(login: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(login)
    def signed_in_or_asked() -> Response:
        answer = make_response(login())
        if request.method == "POST" and answer.location:
            session.pop(KEPT, None)
            path = urlsplit(answer.location).path
            if not current_user.is_authenticated and path in {url_for(name) for name in FACTOR_STEPS}:
                answer.location = path
                _keep(request.form.get("next") or request.args.get("next") or "")
        return answer

    return signed_in_or_asked


def _keep(asked_for: str) -> None:
    page = own_path(asked_for)
    if page:
        session[KEPT] = page


def _leading_on(view: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(view)
    def led_on() -> Response:
        answer = make_response(view())
        if request.method == "POST" and answer.location and current_user.is_authenticated:
            answer.location = session.pop(KEPT, None) or answer.location
        return answer

    return led_on
