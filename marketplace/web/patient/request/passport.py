"""The treatment passport: read, completed and downloaded by its person, and opened by a doctor with a code."""

import io

from flask import current_app, flash, redirect, render_template, send_file, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from marketplace.aftercare import passport_codes, plans
from marketplace.aftercare.passport import SessionDetails, must_be_planned, session_of, write
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads.messages import PATIENT
from marketplace.leads.models import Lead
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS
from marketplace.web.forms.base import Form
from marketplace.web.forms.session_record import SessionRecordForm, form_values
from marketplace.web.http.writing import writes
from marketplace.web.passport_page import passport_of
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import trusted_browser_only

PATH = "/my/requests/<ref>/passport"
CODE_SHOWN, OPENED = "passport_code", "passports"


class CodeForm(Form):
    """The code that the patient told a doctor."""

    code = StringField(
        _l("Code"),
        validators=[
            DataRequired(_l("Enter the code")),
            Length(max=40, message=_l("Enter the code as you were told it")),
        ],
    )


@blueprint.get(PATH)
@trusted_browser_only
def show_passport(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the passport, who looked, and once the code that was just made. Raises WrongState without a choice."""
    made = session.pop(CODE_SHOWN, None)
    return render_template(
        "patient/request/passport.html",
        quote_request=quote_request,
        passport=passport_of(quote_request),
        looks=passport_codes.looks_of(quote_request),
        code=made[1] if made else None,
        address=f"{current_app.config['SITE_URL']}/p/{made[0]}" if made else None,
        form=Form(),
    )


@blueprint.get(PATH + "/file")
@trusted_browser_only
def download_passport(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Returns the passport as a file to keep; it stays with its person when the request goes. Raises WrongState."""
    page = render_template("patient/request/passport_file.html", passport=passport_of(quote_request))
    name = f"passport-{quote_request.ref}.html"
    return send_file(io.BytesIO(page.encode()), mimetype="text/html", as_attachment=True, download_name=name)


@blueprint.post(PATH + "/code")
@trusted_browser_only
@writes
def make_passport_code(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Makes an address and a code for a doctor; the ones before end. Raises WrongState."""
    _chosen(quote_request)
    session[CODE_SHOWN] = passport_codes.make_code(quote_request)
    return redirect(url_for("patient.show_passport", ref=quote_request.ref, _anchor="code"), 303)


@blueprint.get(PATH + "/<int:number>")
@trusted_browser_only
def ask_session(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Shows the patient's own fields of one session. Raises NotFound or WrongState."""
    lead = _chosen(quote_request)
    must_be_planned(lead, number)
    known = session_of(lead, number)
    details = known.patient or known.clinic or SessionDetails()
    return _session_page(quote_request, SessionRecordForm(data={**form_values(details), "number": number}))


@blueprint.post(PATH + "/<int:number>")
@trusted_browser_only
@writes
def write_session(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Keeps what the patient says of a session, beside what the clinic says. Raises NotFound or WrongState."""
    lead, form = _chosen(quote_request), SessionRecordForm()
    must_be_planned(lead, number)
    if not form.validate_on_submit() or form.number.data != number:
        return _session_page(quote_request, form), 422
    write(lead, number, form.details(), author=PATIENT)
    flash(_("Session %(n)s is in your passport", n=number), "success")
    return redirect(url_for("patient.show_passport", ref=quote_request.ref), 303)


def _session_page(quote_request: QuoteRequest, form: SessionRecordForm) -> str:
    page = "patient/request/passport_session.html"
    return render_template(page, quote_request=quote_request, form=form, has_errors=bool(form.errors))


@blueprint.get("/p/<token>")
def show_doctor(token: str) -> ResponseReturnValue:
    """Asks for the code, or shows the passport to whoever has entered it. Raises LinkGone."""
    link = signed_links.redeem(token, purpose=passport_codes.PURPOSE)
    if str(link.id) not in session.get(OPENED, ()):
        return _code_page(link, CodeForm())
    passport = passport_of(passport_codes.request_of(link.subject_id))
    return render_template("patient/request/passport_read.html", passport=passport)


@blueprint.post("/p/<token>")
@writes
def open_with_code(token: str) -> ResponseReturnValue:
    """Opens the passport for this browser and records the look; each try counts. Raises LinkGone."""
    link, form = signed_links.redeem(token, purpose=passport_codes.PURPOSE), CodeForm()
    if form.validate_on_submit() and not passport_codes.opens(link.id, form.code.data or ""):
        form.code.errors = [_("This is not the code. Ask the patient again")]
    if form.errors:
        return _code_page(link, form), 422
    passport_codes.record_look(link.subject_id)
    session[OPENED] = [*session.get(OPENED, ()), str(link.id)]
    return redirect(url_for("patient.show_doctor", token=token), 303)


def _code_page(link: SignedLink, form: CodeForm) -> str:
    left = passport_codes.tries_left(link.id)
    page = "patient/request/passport_code.html"
    return render_template(page, form=form, tries_left=left, has_errors=bool(form.errors))


def _chosen(quote_request: QuoteRequest) -> Lead:
    """Returns the lead of the chosen clinic. Raises WrongState."""
    lead = plans.won_lead(quote_request)
    if lead is None:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    return lead
