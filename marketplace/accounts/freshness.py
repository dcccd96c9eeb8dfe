"""What could hand an account over needs a sign-in, or a password entered again, of the last 15 minutes."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from marketplace.accounts import sessions
from marketplace.foundation import clock
from marketplace.foundation.security.input_safety import has_unsafe_characters

FRESH_FOR = timedelta(minutes=15)
LIBRARY_PAGES = {
    "security.change_email",
    "security.change_password",
    "security.mf_recovery_codes",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
}
PROOFS = {"csrf_token", "idem", "code"}
MAX_SET_ASIDE = 4000  # characters
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def fresh(view: View[P]) -> View[P]:
    """For a page that wants a recent sign-in: who signed in long ago enters the password again and comes back here."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_fresh():
            return _ask_for_password()
        _take_up()
        return view(*args, **kwargs)

    return guarded


def is_fresh() -> bool:
    """Whether the password was entered within FRESH_FOR; never for who is not signed in."""
    row = sessions.current().row if current_user.is_authenticated else None
    return row is not None and row.authenticated_at is not None and clock.now() - row.authenticated_at < FRESH_FOR


def _ask_for_password() -> ResponseReturnValue:
    place = _place()
    if request.method == "POST":
        _set_aside(place)
    return redirect(url_for("security.verify", next=place), 303 if request.method == "POST" else 302)


def _set_aside(place: str) -> None:
    """Keeps what was typed in the sealed session until the password is entered; no proofs, no passwords."""
    typed = {name: values for name, values in request.form.lists() if name not in PROOFS and "password" not in name}
    texts = [text for name, values in typed.items() for text in (name, *values)]
    if sum(map(len, texts)) <= MAX_SET_ASIDE and not any(has_unsafe_characters(text, lines=True) for text in texts):
        session["set_aside"] = {"place": place, "typed": typed}


def _take_up() -> None:
    """Takes what was set aside, once, at the page it was typed into."""
    kept = session.get("set_aside") if request.method == "GET" else None
    if kept and kept["place"] == request.path:
        g.typed_before = session.pop("set_aside")["typed"]


def put_back(form: FlaskForm) -> None:
    """Fills the form with what was set aside; it is sent by its own button."""
    typed = MultiDict(g.get("typed_before", {}))
    for field in form:
        if field.name in typed:
            field.process(typed, data=field.data)


def _place() -> str:
    """Returns the path where the person was: the same page, or the one the form stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    places = [request.path, came_from.path if came_from.netloc == request.host else ""]
    return next((path for path in places if _is_page(path)), str(current_app.config["SECURITY_POST_LOGIN_VIEW"]))


def _is_page(path: str) -> bool:
    adapter = request_ctx.url_adapter
    return bool(path) and adapter is not None and adapter.test(path, method="GET")


def guard_library_pages() -> ResponseReturnValue | None:
    """Asks for the password before the library's own pages; setting up a factor while signing in passes."""
    if request.endpoint in LIBRARY_PAGES and current_user.is_authenticated:
        if not is_fresh():
            return _ask_for_password()
        _take_up()
    return None


def _entered_again(verify: Callable[[], Any]) -> Callable[[], ResponseReturnValue]:
    @wraps(verify)
    def verified() -> ResponseReturnValue:
        answer: ResponseReturnValue = verify()
        if request.method == "POST" and getattr(answer, "status_code", 200) == 302 and current_user.is_authenticated:
            sessions.current().renew(fresh=True)
        return answer

    return verified


def install(app: Flask) -> None:
    """Binds the guard, after Flask-Security has bound its own views."""
    app.view_functions["security.verify"] = _entered_again(app.view_functions["security.verify"])
    app.before_request(guard_library_pages)
