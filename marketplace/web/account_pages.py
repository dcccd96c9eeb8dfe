"""One's own account, for members and operators alike: where one is signed in, and the way out of all of it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user
from flask_security import current_user

from marketplace.accounts import session_store, sessions
from marketplace.accounts.actions import end_all
from marketplace.accounts.freshness import fresh
from marketplace.clinics.team import membership_of
from marketplace.web.http.headers import keep_private
from marketplace.web.http.writing import writes

account_pages = Blueprint("account_pages", __name__, url_prefix="/account")
account_pages.after_request(keep_private)


@account_pages.get("")
def home() -> ResponseReturnValue:
    """Where one works: operators at their desk, a team at its requests. Who is in no team reads how to get into one."""
    if current_user.is_operator:
        return redirect(url_for("operator.desk"), 303)
    if membership_of(current_user.id):
        return redirect(url_for("dashboard.leads"), 303)
    return render_template("account/no_team.html", account_name=current_user.name)


@account_pages.get("/sessions")
def list_sessions() -> str:
    """Every browser in which this account is signed in."""
    here = sessions.current().row
    return render_template(
        "account/sessions.html",
        sessions=session_store.living_of(current_user.id),
        here=here.id if here else None,
    )


@account_pages.post("/sessions")
@fresh
@writes
def end_sessions() -> ResponseReturnValue:
    """All of them, this one included."""
    account_id = current_user.id
    logout_user()
    end_all(account_id, reason="everywhere")
    flash(_("You are signed out in every browser"), "success")
    return redirect(url_for("security.login"), 303)
