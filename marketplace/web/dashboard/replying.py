"""A clinic replies to a patient's message."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.foundation.problems import Disagreements, WrongState
from marketplace.leads.models import Lead
from marketplace.leads.replying import may_reply, reply
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.leads import filled_form, lead_page
from marketplace.web.dashboard.sight import note_look_beside_form, own_lead, sight_of
from marketplace.web.dashboard.thread import ReplyForm
from marketplace.web.http.writing import once, writes


@blueprint.post("/leads/<ref>/reply")
@writes
@once(ReplyForm)
def reply_to_patient(ref: str) -> ResponseReturnValue:
    """Goes to the patient at once; neither the reply clock nor the one question is touched."""
    own, form = own_lead(), ReplyForm()
    sight = sight_of(own)
    if not may_reply(own, sight.said):
        raise WrongState(f"lead_{own.state}", _("You cannot write to this patient any more"))
    if not form.validate_on_submit() or not _sent(own, form):
        note_look_beside_form(own, sight)
        return lead_page(own, sight, form=filled_form(own, sight), status=422, reply_form=form)
    flash(_("Sent. The patient is told by email that you have written"), "success")
    return redirect(url_for("dashboard.lead", ref=ref, _anchor="messages"), 303)


def _sent(own: Lead, form: ReplyForm) -> bool:
    try:
        reply(own, form.body.data or "", by=current_user.id, as_it_is=form.as_it_is.data)
    except Disagreements as asked:
        form.point_out(asked.problems)
        return False
    return True
