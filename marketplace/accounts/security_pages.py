"""Flask-Security's pages brought to our conventions: our words, 303 after success, 422 with errors, the page asked for.

The library hands its own absolute address on as `next` where nobody asked for a page, and drops what was asked for
where a factor is set up or a recovery code is used: the page is kept in the session meanwhile.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_security.utils import get_message
from flask_wtf import FlaskForm

from marketplace.accounts import mailed_links
from marketplace.accounts.freshness import put_back
from marketplace.accounts.models import Account
from marketplace.accounts.signals import changed_recovery_codes
from marketplace.accounts.wording import LABELS
from marketplace.extensions import db
from marketplace.foundation.security.input_safety import own_path

View = Callable[..., Any]
AFTER_SIGN_IN = "/account"
# A form that was accepted leads to a page of its own, so that reloading sends nothing twice.
SHOWN_BY_GET: dict[str, dict[str, Any]] = {
    "security.forgot_password": {},
    "security.send_confirmation": {},
    "security.change_email": {},
    "security.two_factor_setup": {"step": "code"},
    "security.mf_recovery_codes": {"show_codes": "1"},
}

# Endpoint: its page, and where a new link is asked for
BY_BUTTON = {
    "security.confirm_email": ("security/confirm_email.html", "security.send_confirmation"),
    "security.change_email_confirm": ("security/confirm_new_email.html", "security.change_email"),
}


def render(template: str, **context: Any) -> Any:
    """Renders a page for Flask-Security, or redirects after a form that was accepted."""
    forms = [value for value in context.values() if isinstance(value, FlaskForm)]
    has_errors = request.method == "POST" and any(form.errors for form in forms)
    if request.method == "POST" and not has_errors and request.endpoint in SHOWN_BY_GET:
        if request.endpoint == "security.mf_recovery_codes":
            changed_recovery_codes(db.session.get_one(Account, current_user.id))
        session["tf_state_token"] = context.get("state_token")
        return redirect(url_for(request.endpoint, **SHOWN_BY_GET[request.endpoint]), 303)
    if request.endpoint == "security.two_factor_setup" and request.args.get("step") == "code":
        context |= _setup_code(context)
    for form in forms:
        put_back(form)
        _relabel(form)
        _label_empty_fields(form)
    g.form_refused = has_errors
    return render_template(template, has_errors=has_errors, **context)


def _relabel(form: FlaskForm) -> None:
    for field in form:
        if field.name in LABELS:
            field.label.text = LABELS[field.name]


def _label_empty_fields(form: FlaskForm) -> None:
    """Names empty fields, which tell nothing of who has an account, and says one wrong answer once."""
    form.form_errors = list(dict.fromkeys(form.form_errors))
    if request.endpoint != "security.login" or request.method != "POST":
        return
    for name, message in (("email", "EMAIL_NOT_PROVIDED"), ("password", "PASSWORD_NOT_PROVIDED")):
        if not form[name].data:
            form[name].errors = [get_message(message)[0]]
            form.form_errors = []


def _setup_code(context: dict[str, Any]) -> dict[str, Any]:
    """Returns the QR code and key of the secret this session is about to accept."""
    secret = session.get("tf_totp_secret")
    if not secret:
        return {}
    values = current_app.extensions["security"].totp_factory.fetch_setup_values(
        secret, context["two_factor_setup_form"].user
    )
    return {
        "chosen_method": "authenticator",
        "state_token": session.get("tf_state_token"),
        "authr_qrcode": values["image"],
        "authr_key": values["key"],
    }


def bring_to_convention(response: Response) -> Response:
    """Brings the library's answers to our convention: 303 after success, 422 with errors; commits what it left."""
    if request.blueprint != "security":
        return response
    if request.method == "POST" and response.status_code == 302:
        response.status_code = 303
    if request.method == "POST" and response.status_code == 200 and g.get("form_refused"):
        response.status_code = 422
    if request.method == "POST" and response.status_code < 400:
        # Some of its views, signing out among them, leave what was recorded to us.
        db.session.commit()
    return response


def install(app: Flask) -> None:
    """Wraps and extends Flask-Security's own views, once it has bound them."""
    for name, (template, again) in BY_BUTTON.items():
        app.view_functions[name] = _by_its_button(app.view_functions[name], name, template=template, again=again)
    app.view_functions["security.reset_password"] = _one_spelling(app.view_functions["security.reset_password"])
    # The library's own rule acts by GET; its view now shows a button there.
    app.add_url_rule("/account/change-email/<token>", "security.change_email_confirm", methods=["POST"])
    validate = app.view_functions["security.two_factor_token_validation"]
    app.view_functions["security.two_factor_token_validation"] = _when_a_code_is_due(validate)
    app.after_request(bring_to_convention)


def _by_its_button(confirm: View, endpoint: str, *, template: str, again: str) -> View:
    """Makes a mailed link show a page whose button acts: a mail scanner that follows the link changes nothing."""

    def shown_or_acted(token: str) -> ResponseReturnValue:
        if not mailed_links.works(endpoint, token):
            return render_template("security/link_gone.html", again=url_for(again)), 404
        if request.method == "POST":
            acted: ResponseReturnValue = confirm(token)
            return acted
        return render_template(template, token=token)

    return shown_or_acted


def _one_spelling(reset: View) -> View:
    """Accepts a token in our spelling only: the library reads a signature in several."""

    def held_to_ours(token: str) -> ResponseReturnValue:
        answer: ResponseReturnValue = reset(token if mailed_links.is_genuine("security.reset_password", token) else "")
        return answer

    return held_to_ours


def _when_a_code_is_due(validate: View) -> View:
    """Redirects who is signed in and has nothing to confirm: the library would sign them out."""

    def shown_or_acted() -> ResponseReturnValue:
        if current_user.is_authenticated and "tf_totp_secret" not in session:
            return redirect(AFTER_SIGN_IN)
        acted: ResponseReturnValue = validate()
        return acted

    return shown_or_acted


FACTOR_STEPS = ("security.two_factor_token_validation", "security.two_factor_setup")
LAST_STEPS = ("security.two_factor_token_validation", "security.mf_recovery")
DESTINATION = "after_sign_in"


def keep_destinations(app: Flask) -> None:
    """Wraps the views a sign-in passes, so that it leads to the page that was asked for."""
    app.view_functions["security.login"] = _asking_for_a_factor(app.view_functions["security.login"])
    for name in LAST_STEPS:
        app.view_functions[name] = _leading_on(app.view_functions[name])


def _asking_for_a_factor(login: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(login)
    def signed_in_or_asked() -> Response:
        answer = make_response(login())
        if request.method == "POST" and answer.location:
            session.pop(DESTINATION, None)
            path = urlsplit(answer.location).path
            if not current_user.is_authenticated and path in {url_for(name) for name in FACTOR_STEPS}:
                answer.location = path
                _keep_destination(request.form.get("next") or request.args.get("next") or "")
        return answer

    return signed_in_or_asked


def _keep_destination(asked_for: str) -> None:
    page = own_path(asked_for)
    if page:
        session[DESTINATION] = page


def _leading_on(view: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(view)
    def led_on() -> Response:
        answer = make_response(view())
        if request.method == "POST" and answer.location and current_user.is_authenticated:
            answer.location = session.pop(DESTINATION, None) or answer.location
        return answer

    return led_on
