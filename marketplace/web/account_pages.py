"""A person's own account: its first page, its open sessions, and joining a team by an invitation."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import logout_user
from flask_security import current_user
from flask_security.forms import LoginForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from marketplace.accounts import session_store, sessions
from marketplace.accounts.actions import end_all
from marketplace.accounts.credentials import password_problem
from marketplace.accounts.freshness import fresh
from marketplace.clinics.invitation_actions import Invited, InviteeStanding, join, join_as_new, peek_invitation
from marketplace.clinics.team import own_membership
from marketplace.extensions import db
from marketplace.foundation.problems import LinkGone
from marketplace.web.forms.base import Form
from marketplace.web.http.headers import keep_private
from marketplace.web.http.writing import writes

account_pages = Blueprint("account_pages", __name__, url_prefix="/account")
account_pages.after_request(keep_private)


@account_pages.get("")
def home() -> ResponseReturnValue:
    """Redirects operators to their first page and clinic members to the inbox; others read how to join a team."""
    if current_user.is_operator:
        return redirect(url_for("operator.desk"), 303)
    if own_membership(current_user.id):
        return redirect(url_for("dashboard.leads"), 303)
    return render_template("account/no_team.html", account_name=current_user.name)


@account_pages.app_template_filter()
def sign_in_problems(form: LoginForm) -> list[tuple[str | None, str]]:
    """Returns the errors of the sign-in form as (id of the field, message).

    An error of email and password together is put on the email; one of `next` has no field, as nobody typed it.
    """
    of_pair: list[tuple[str | None, str]] = [(form.email.id, str(text)) for text in form.form_errors]
    of_next: list[tuple[str | None, str]] = [(None, str(text)) for text in form.next.errors[:1]]
    return (
        of_pair + of_next + [(field.id, str(field.errors[0])) for field in (form.email, form.password) if field.errors]
    )


@account_pages.get("/sessions")
def list_sessions() -> str:
    """Shows every browser in which this account is signed in."""
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
    """Signs the account out in every browser, this one included."""
    account_id = current_user.id
    logout_user()
    end_all(account_id, reason="everywhere")
    flash(_("You are signed out in every browser"), "success")
    return redirect(url_for("security.login"), 303)


joining = Blueprint("joining", __name__, url_prefix="/account/invitation/<token>")
joining.after_request(keep_private)
MAX_NAME_LENGTH = 80


class PersonForm(Form):
    """Name and password of a person who has no account yet."""

    name = StringField(
        _l("Your name"),
        validators=[
            DataRequired(_l("Enter your name")),
            Length(max=MAX_NAME_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_NAME_LENGTH)),
        ],
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter a password"))])
    password_confirm = PasswordField(_l("The password again"))

    def validate_password(self, field: PasswordField) -> None:
        """Checks the password by the rules for every password. Raises ValidationError."""
        problem = password_problem(field.data or "", about=(self.name.data,))
        if problem:
            raise ValidationError(problem)

    def validate_password_confirm(self, field: PasswordField) -> None:
        """Checks that both passwords are the same. Raises ValidationError."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords are not the same"))


@joining.errorhandler(LinkGone)
def show_gone(problem: LinkGone) -> ResponseReturnValue:
    """Shows why the invitation cannot be used any more, and who can send a new one."""
    db.session.rollback()
    return render_template("joining/gone.html", problem=problem), 404


@joining.get("")
def show_invitation(token: str) -> str:
    """Shows which clinic invites; only the button joins, not following the link. Raises LinkGone."""
    return _page(token, peek_invitation(token), form=PersonForm())


@joining.post("")
@writes
def accept_invitation(token: str) -> ResponseReturnValue:
    """Adds the person to the team; without an account, creates one. Raises LinkGone."""
    invited = peek_invitation(token)
    if _is_theirs(invited) and invited.standing == InviteeStanding.FREE:
        join(token, current_user.id)
        flash(_("You are in the team of %(clinic)s", clinic=invited.clinic_name), "success")
        return redirect("/dashboard/leads", 303)
    if current_user.is_authenticated or invited.standing != InviteeStanding.NEW:
        return _page(token, invited, form=PersonForm(formdata=None)), 409
    form = PersonForm()
    if not form.validate_on_submit():
        return _page(token, invited, form=form), 422
    join_as_new(token, name=form.name.data or "", password=form.password.data or "")
    flash(_("You are in the team of %(clinic)s. Sign in with your password", clinic=invited.clinic_name), "success")
    return redirect(url_for("security.login"), 303)


def _is_theirs(invited: Invited) -> bool:
    """Returns whether the person who is signed in is the one who was invited."""
    return bool(current_user.is_authenticated) and current_user.id == invited.account_id


def _page(token: str, invited: Invited, *, form: PersonForm) -> str:
    return render_template(
        "joining/show.html",
        token=token,
        invited=invited,
        is_theirs=_is_theirs(invited),
        signed_in_as=current_user.email if current_user.is_authenticated else None,
        form=form,
        has_errors=bool(form.errors),
    )
