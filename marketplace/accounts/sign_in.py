"""Sign-in by Flask-Security: what is switched on, how strictly, and how often one may try or ask for an email."""

import base64
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, cast

from flask import Flask, Response, has_request_context, make_response, request, session
from flask_login.utils import _user_context_processor
from flask_security import MailUtil, Security, SQLAlchemySessionUserDatastore, current_user
from sqlalchemy import select

from marketplace.accounts import freshness, mailed_links, security_pages, signals
from marketplace.accounts.credentials import OnceOnlyTotp, Passwords
from marketplace.accounts.models import Account, Role, normal_address
from marketplace.accounts.session_store import ReadAlong
from marketplace.accounts.sessions import RowSessions, current
from marketplace.accounts.wording import MESSAGES
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import adopt
from marketplace.foundation.problems import Refused
from marketplace.foundation.security import limits
from marketplace.foundation.security.input_safety import trimmed
from marketplace.foundation.security.sealed import sealing_key

MIN_PASSWORD = 10  # characters
RESET_WITHIN = timedelta(hours=24)
CONFIRM_WITHIN = timedelta(hours=48)
TRANSLATIONS = str(Path(__file__).parent.parent / "translations")


def settings(app: Flask) -> dict[str, Any]:
    """Returns every setting that differs from the library's defaults."""
    production = bool(app.config["PRODUCTION"])
    recovery_key = base64.urlsafe_b64encode(sealing_key(str(app.config["SECRET_KEY"]), purpose=b"recovery codes"))
    return {
        "URL_PREFIX": "/account",
        "STATIC_FOLDER": None,
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [TRANSLATIONS],
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "CHANGE_EMAIL": True,
        "REGISTERABLE": False,
        "TRACKABLE": True,
        "JOIN_USER_ROLES": False,
        # Accounts change by our own verbs only: they end sessions and leave an event.
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "RETURN_GENERIC_RESPONSES": True,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "DATETIME_FACTORY": clock.now,
        "CACHE_CONTROL": {"private": None, "no-store": None},
        "PASSWORD_LENGTH_MIN": MIN_PASSWORD,
        "POST_LOGIN_VIEW": security_pages.AFTER_SIGN_IN,
        "POST_LOGOUT_VIEW": "/account/login",
        "RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "CONFIRM_EMAIL_WITHIN": CONFIRM_WITHIN,
        "FRESHNESS": freshness.FRESH_FOR,
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "POST_VERIFY_VIEW": security_pages.AFTER_SIGN_IN,
        **_second_factor(app, recovery_key=recovery_key, production=production),
        **{f"MSG_{name}": message for name, message in MESSAGES.items()},
    }


def _second_factor(app: Flask, *, recovery_key: bytes, production: bool) -> dict[str, Any]:
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_REQUIRED": bool(app.config["REQUIRE_SECOND_FACTOR"]),
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_VALIDITY_COOKIE": {"httponly": True, "secure": production, "samesite": "Strict"},
        "TOTP_ISSUER": app.config["SITE_NAME"],
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [recovery_key],
    }


class Accounts(SQLAlchemySessionUserDatastore):
    """Flask-Security's accounts; the one of this browser's session was read with it, and is not asked for again."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """Returns the account with this value of one column, if there is one."""
        found = current().found if has_request_context() else None
        read = found.account if found is not None else None
        if read is not None and kwargs == {"fs_uniquifier": read.fs_uniquifier}:
            return adopt(read)
        return cast(Account | None, super().find_user(case_insensitive=case_insensitive, **kwargs))


def install(app: Flask, *, mail_util_cls: type[MailUtil], along: ReadAlong) -> None:
    """Binds sign-in to the app; what a caller has set before stays. `along` is read of whoever is signed in."""
    for name, value in settings(app).items():
        app.config.setdefault(f"SECURITY_{name}", value)
    # A session is bound to its cookie, not to an address that changes on the way to work.
    app.config["SESSION_PROTECTION"] = None
    app.session_interface = RowSessions(along=along)
    security = Security(
        app,
        Accounts(db.session, Account, Role),
        mail_util_cls=mail_util_cls,
        password_util_cls=Passwords,
        totp_cls=OnceOnlyTotp,
        render_template=security_pages.render,
    )
    security.want_json(lambda _request: False)
    manager = security.login_manager
    manager.user_loader(_as_system(manager._user_callback))
    _drop_eager_user_loading(app, security)
    signals.install(app)
    mailed_links.install(app)
    freshness.install(app)
    security_pages.install(app)
    security_pages.keep_destinations(app)
    install_limits(app)


def _drop_eager_user_loading(app: Flask, security: Security) -> None:
    """Removes the hooks that load the user at every request: a page that is the same for everyone must not."""
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.template_context_processors[None].remove(_user_context_processor)
    app.template_context_processors[None].append(lambda: {"current_user": current_user})
    # Its only work is the remember cookie, which is a property of the session here.
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)


def _as_system(load: Callable[[str], Account | None]) -> Callable[[str], Account | None]:
    """Loads the account as the system: the cookie is the proof, and no guard knows yet whose rows may be seen."""

    def loaded(user_id: str) -> Account | None:
        with as_system():
            account = load(user_id)
            if account is not None:
                _ = account.roles  # read by every guard
            return account

    return loaded


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


def install_limits(app: Flask) -> None:
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
