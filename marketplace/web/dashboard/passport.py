"""The clinic's part of a treatment passport: what was done at each session of a patient who chose it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.aftercare import plans
from marketplace.aftercare.passport import (
    PassportSession,
    SessionDetails,
    last_session,
    must_be_planned,
    sessions_of,
    write,
)
from marketplace.foundation.problems import WrongState
from marketplace.leads.messages import CLINIC
from marketplace.leads.models import Lead
from marketplace.leads.states import LEAD_REFUSALS, LeadState
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.forms.session_record import SessionRecordForm, form_values
from marketplace.web.http.writing import writes


@blueprint.get("/leads/<ref>/passport")
def passport(lead: Lead) -> str:
    """Shows what is written of each session, and the form for one. Raises NotFound or WrongState."""
    written = _written(lead)
    number = _asked(lead, written)
    known = next((each.clinic for each in written if each.number == number), None)
    details = known or _from_quote(lead)
    return _page(lead, written, SessionRecordForm(data={**form_values(details), "number": number}))


@blueprint.post("/leads/<ref>/passport")
@writes
def write_passport(lead: Lead, ref: str) -> ResponseReturnValue:
    """Keeps what the clinic says of a session; the patient reads it at once. Raises NotFound or WrongState."""
    written, form = _written(lead), SessionRecordForm()
    if not form.validate_on_submit():
        return _page(lead, written, form), 422
    write(lead, form.number.data or 1, form.details(), author=CLINIC)
    flash(_("Session %(n)s is in the patient's passport", n=form.number.data), "success")
    return redirect(url_for("dashboard.passport", ref=ref), 303)


def _written(lead: Lead) -> list[PassportSession]:
    if lead.state != LeadState.WON:
        raise WrongState(LEAD_REFUSALS[lead.state], _("Only the clinic that was chosen writes the passport"))
    return sessions_of(lead)


def _asked(lead: Lead, written: list[PassportSession]) -> int:
    """Returns the session asked for, else the next one that this clinic has not written of. Raises NotFound."""
    asked, last = request.args.get("session", ""), last_session(lead)
    if asked.isdecimal():
        must_be_planned(lead, int(asked))
        return int(asked)
    done = {each.number for each in written if each.clinic is not None}
    return next((number for number in range(1, last + 1) if number not in done), last)


def _from_quote(lead: Lead) -> SessionDetails:
    quote = plans.chosen_quote(lead.request)
    if quote is None:
        return SessionDetails()
    person, register = quote.practitioner_name or "", quote.practitioner_register or ""
    return SessionDetails(product=quote.product, person=person, register=register)


def _page(lead: Lead, written: list[PassportSession], form: SessionRecordForm) -> str:
    page = "dashboard/passport.html"
    return render_template(page, lead=lead, written=written, form=form, has_errors=bool(form.errors))
