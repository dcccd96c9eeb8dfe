"""The team's pages: every member sees them, owners invite and change members, and any member may leave."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import logout_user
from flask_security import current_user
from wtforms import RadioField
from wtforms.validators import InputRequired

from marketplace.accounts.freshness import fresh, put_back
from marketplace.clinics import invitation_actions, invitations, team
from marketplace.clinics.invitations import LIFETIME
from marketplace.clinics.models import Clinic, Membership
from marketplace.clinics.states import TeamRole
from marketplace.foundation.database.engines import read_as_clinic
from marketplace.foundation.problems import Refused
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import current_clinic
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.forms.base import Form, IdempotentForm, email_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.words.listing import TEAM_ROLES


class RoleForm(Form):
    """The role that a member is given."""

    role = RadioField(
        _l("Role"), choices=listed(TEAM_ROLES.clinic.items()), validators=[InputRequired(_l("Select a role"))]
    )


@blueprint.get("/team")
def show_team(clinic: Clinic, membership: Membership) -> str:
    """Shows the members; owners also see the open invitations."""
    read_as_clinic(clinic.id)
    return render_template(
        "dashboard/team/show.html",
        members=team.members(clinic),
        invitations=invitations.open_ones(clinic.id) if membership.role == TeamRole.OWNER else [],
        own_id=current_user.id,
        most=team.MAX_PEOPLE,
    )


@blueprint.get("/team/<uuid:account_id>")
@fresh
def show_member(clinic: Clinic, account_id: UUID) -> ResponseReturnValue:
    """Shows one member: the role, and how to remove them. Raises NotFound."""
    form = RoleForm(role=team.member(clinic, account_id).role)
    put_back(form)
    return _member_page(clinic, account_id, form=form)


def _member_page(clinic: Clinic, account_id: UUID, *, form: Form) -> ResponseReturnValue:
    person = team.member(clinic, account_id)
    page = render_template(
        "dashboard/team/member.html", person=person, form=form, own_id=current_user.id, has_errors=bool(form.errors)
    )
    return page, 422 if form.errors else 200


@blueprint.post("/team/<uuid:account_id>")
@fresh
@writes
def change_role(clinic: Clinic, account_id: UUID) -> ResponseReturnValue:
    """Changes a member's role and signs them out, so that the new role holds at once. Raises NotFound."""
    form = RoleForm()
    if form.validate_on_submit():
        try:
            team.change_role(clinic, account_id, TeamRole(form.role.data), by=current_user.id)
        except Refused as refused:
            form.role.errors = [refused.message]
        else:
            flash(_("The role is changed. Whoever has it signs in again"), "success")
            return _onward(account_id)
    return _member_page(clinic, account_id, form=form)


@blueprint.post("/team/<uuid:account_id>/remove")
@fresh
@writes
def remove_member(clinic: Clinic, account_id: UUID) -> ResponseReturnValue:
    """Removes a member, whose access ends at once. Raises NotFound."""
    form = RoleForm(formdata=None, role=team.member(clinic, account_id).role)
    try:
        team.remove(clinic, account_id, by=current_user.id)
    except Refused as refused:
        form.form_errors.append(refused.message)
        return _member_page(clinic, account_id, form=form)
    flash(_("Removed, and signed out in every browser"), "success")
    return _onward(account_id)


def _onward(account_id: UUID) -> ResponseReturnValue:
    """Redirects to the team; somebody who changed their own role has to sign in again."""
    if account_id == current_user.id:
        logout_user()
        return redirect(url_for("security.login"), 303)
    return redirect(url_for("dashboard.show_team"), 303)


@blueprint.get("/team/leave")
@fresh
def ask_leave() -> str:
    """Shows what leaving the team means."""
    return render_template("dashboard/team/leave.html", form=Form())


@blueprint.post("/team/leave")
@fresh
@writes
def leave_team(clinic: Clinic) -> ResponseReturnValue:
    """Takes the person out of the team and signs them out in every browser; the account stays."""
    form = Form()
    try:
        team.leave(clinic, current_user.id)
    except Refused as refused:
        form.form_errors.append(refused.message)
        return render_template("dashboard/team/leave.html", form=form, has_errors=True), 422
    logout_user()
    flash(_("You have left the team"), "success")
    return redirect(url_for("security.login"), 303)


class InviteForm(IdempotentForm):
    """The address to invite, and the role."""

    limit = "invite"
    email = email_field()
    role = RadioField(
        _l("Role"),
        choices=listed(TEAM_ROLES.clinic.items()),
        default=TeamRole.MEMBER,
        validators=[InputRequired(_l("Select a role"))],
    )

    def counted(self) -> dict[str, str]:
        """Returns the clinic and the address as what the limits count."""
        return {"clinic": str(current_clinic().id), "email": self.email.data or ""}


@blueprint.get("/team/invite")
@fresh
def ask_invite() -> str:
    """Shows the form of an invitation."""
    form = InviteForm()
    put_back(form)
    return render_template("dashboard/team/invite.html", form=form, days=LIFETIME.days)


@blueprint.post("/team/invite")
@fresh
@writes
@idempotent(InviteForm)
def invite(clinic: Clinic) -> ResponseReturnValue:
    """Sends an invitation: one email with one link."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            role = TeamRole(form.role.data)
            invitation = invitation_actions.invite(clinic, email=form.email.data or "", role=role, by=current_user.id)
        except Refused as refused:
            form.email.errors = [refused.message]
        else:
            flash(_("We have sent an invitation to %(email)s", email=invitation.email), "success")
            return redirect(url_for("dashboard.show_team"), 303)
    return render_template("dashboard/team/invite.html", form=form, days=LIFETIME.days, has_errors=True), 422


@blueprint.post("/team/invitations/<uuid:invitation_id>/cancel")
@fresh
@writes
def cancel_invitation(clinic: Clinic, invitation_id: UUID) -> ResponseReturnValue:
    """Cancels the invitation: its link does not work any more. Raises WrongState where it is not open."""
    invitation_actions.cancel_invitation(clinic, invitation_id, by=current_user.id)
    flash(_("Invitation cancelled. Its link does not work any more"), "success")
    return redirect(url_for("dashboard.show_team"), 303)
