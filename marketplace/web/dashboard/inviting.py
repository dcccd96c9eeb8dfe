"""Owners ask somebody into their team. What they read is the same for every address, whoever has it."""

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from wtforms import RadioField
from wtforms.validators import InputRequired

from marketplace.accounts.freshness import fresh, put_back
from marketplace.clinics import inviting
from marketplace.clinics.invitations import LIFETIME
from marketplace.clinics.states import TeamRole
from marketplace.foundation.problems import Refused
from marketplace.web.dashboard import wording
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.forms.base import CreatingForm, email_field
from marketplace.web.http.writing import once, writes


class InviteForm(CreatingForm):
    """Whom, and what they may do."""

    limit = "invite"
    email = email_field()
    role = RadioField(
        _l("Role"),
        choices=listed(wording.TEAM.items()),
        default=TeamRole.MEMBER,
        validators=[InputRequired(_l("Select a role"))],
    )

    def counted(self) -> dict[str, str]:
        """All of a team together, and each mailbox has peace."""
        return {"clinic": str(g.clinic.id), "email": self.email.data or ""}


@blueprint.get("/team/invite")
@fresh
def ask_invite() -> str:
    """Whom to ask."""
    form = InviteForm()
    put_back(form)
    return render_template("dashboard/team/invite.html", form=form, days=LIFETIME.days)


@blueprint.post("/team/invite")
@fresh
@writes
@once(InviteForm)
def invite() -> ResponseReturnValue:
    """One mail with one link."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            role = TeamRole(form.role.data)
            invitation = inviting.invite(g.clinic, email=form.email.data or "", role=role, by=current_user.id)
        except Refused as refused:
            form.email.errors = [refused.message]
        else:
            flash(_("We have sent an invitation to %(email)s", email=invitation.email), "success")
            return redirect(url_for("dashboard.show_team"), 303)
    return render_template("dashboard/team/invite.html", form=form, days=LIFETIME.days, has_errors=True), 422


@blueprint.post("/team/invitations/<uuid:invitation_id>/take-back")
@fresh
@writes
def take_back_invitation(invitation_id: UUID) -> ResponseReturnValue:
    """Its link works no more."""
    inviting.take_back(g.clinic, invitation_id, by=current_user.id)
    flash(_("Invitation taken back. Its link does not work any more"), "success")
    return redirect(url_for("dashboard.show_team"), 303)
