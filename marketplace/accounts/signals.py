"""What Flask-Security says has happened, and what it means for the sessions."""

from flask import Flask, g, session
from flask_login import AnonymousUserMixin, user_logged_in, user_logged_out
from flask_security import (
    change_email_confirmed,
    password_changed,
    password_reset,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
)

from marketplace.accounts import sessions
from marketplace.accounts.actions import (
    AddressChanged,
    PasswordChanged,
    SecondFactorChanged,
    SignedIn,
    SignedOut,
    end_all,
)
from marketplace.accounts.models import Account, SignalDetail
from marketplace.foundation.audit.log import record, set_actor


def signed_in(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Starts a new session at sign-in; operators are not remembered on a device."""
    asked, before = session.pop("_remember", None) == "set", sessions.current().row
    # A changed password signs its owner in anew: the device is remembered as before.
    was = before is not None and before.account_id == user.id and before.remembered
    remembered = (asked or was) and not user.is_operator
    sessions.current().sign_in(user.id, _lifetime(user, remembered=remembered), remembered=remembered)
    # Forms that were open before belong to whoever was there before.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    set_actor(user.actor)
    record(SignedIn(account_id=user.id))


def _lifetime(user: Account, *, remembered: bool) -> sessions.Lifetime:
    if user.is_operator:
        return sessions.OPERATOR
    return sessions.REMEMBERED if remembered else sessions.MEMBER


def signed_out(_app: Flask, user: Account | AnonymousUserMixin, **_details: SignalDetail) -> None:
    """Ends this browser's session, with all it held."""
    sessions.current().end()
    if isinstance(user, Account) and user.is_authenticated:
        set_actor(user.actor)
        record(SignedOut(account_id=user.id))


def changed_password(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Ends the account's other sessions."""
    set_actor(user.actor)
    _end_all_but_here(user, reason="password_changed")
    record(PasswordChanged(account_id=user.id, reason="change"))


def changed_address(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Ends the account's other sessions and every link that the old mailbox holds."""
    _end_all_but_here(user, reason="address_changed")
    record(AddressChanged(account_id=user.id))


def reset_password(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Ends all of the account's sessions: whoever asked for the link signs in with the new password."""
    end_all(user.id, reason="password_reset")
    record(PasswordChanged(account_id=user.id, reason="reset"))


def set_up_second_factor(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Ends the account's other sessions: those came in without the factor, or by the one before."""
    set_actor(user.actor)
    _end_all_but_here(user, reason="second_factor")
    record(SecondFactorChanged(account_id=user.id, reason="on"))


def switched_off_second_factor(_app: Flask, user: Account, **_details: SignalDetail) -> None:
    """Ends the account's other sessions."""
    set_actor(user.actor)
    _end_all_but_here(user, reason="second_factor")
    record(SecondFactorChanged(account_id=user.id, reason="off"))


def changed_recovery_codes(user: Account) -> None:
    """Ends the account's other sessions, as any change of what proves who somebody is does."""
    _end_all_but_here(user, reason="second_factor")
    record(SecondFactorChanged(account_id=user.id, reason="codes"))


def _end_all_but_here(user: Account, *, reason: str) -> None:
    """Ends the sessions but this browser's, which gets a new id if it is this person's: a link opens in any browser."""
    here = sessions.current().row if "_user_id" in session else None
    end_all(user.id, reason=reason)
    if here is not None and here.account_id == user.id:
        sessions.current().renew(fresh=False)
        session["_user_id"] = user.fs_uniquifier


def install(app: Flask) -> None:
    """Connects Flask-Security's signals."""
    user_logged_in.connect(signed_in, app)
    user_logged_out.connect(signed_out, app)
    password_changed.connect(changed_password, app)
    change_email_confirmed.connect(changed_address, app)
    password_reset.connect(reset_password, app)
    tf_code_confirmed.connect(set_up_second_factor, app)
    tf_profile_changed.connect(set_up_second_factor, app)
    tf_disabled.connect(switched_off_second_factor, app)
