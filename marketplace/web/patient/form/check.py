"""The end of the form: everything to look at, the consent, sending; until it is confirmed, it can be changed."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from marketplace.accounts import sessions
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.foundation.security import limits
from marketplace.leads.request_actions import correct_address, rewrite
from marketplace.leads.submission import submit
from marketplace.quote_requests import drafts, queries, request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.forms.base import ChallengedForm, IdempotentForm, email_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.agreement import Agreement, Recipients, outside_europe
from marketplace.web.patient.form.flow import before, continue_draft, current_draft, url_of, with_draft
from marketplace.web.patient.request_access import trust_browser


class CheckForm(AgreeingForm, IdempotentForm, ChallengedForm):
    """Consent is its own box; without it the request goes without health answers."""

    limit = "send-request"
    share_health = BooleanField()
    adult = BooleanField(_l("I am 18 or over"), validators=[InputRequired(_l("Confirm that you are 18 or over"))])
    aftercare = BooleanField()  # no page asks for it; accepted from whoever sends it


@blueprint.get("/get-quotes/check")
@with_draft("check")
def ask_check(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Everything on one page, each answer with its Change link."""
    return _check_page(_agreement(quote_request), CheckForm(data={"aftercare": False}))


def _agreement(quote_request: QuoteRequest) -> Agreement:
    return Agreement("check", quote_request, Recipients.among(quote_request, queries.ticked(quote_request)))


def _check_page(agreement: Agreement, form: CheckForm) -> ResponseReturnValue:
    form.show(agreement.shown)
    form.share_health.label.text = agreement.sentence(with_health=True)
    html = render_template(
        "patient/form/check.html",
        form=form,
        agreement=agreement,
        agreed_before=agreement.quote_request.share_health,
        outside=outside_europe(agreement.clinics),
        back=before("check", changing=False),
        has_errors=bool(form.errors or form.changes),
    )
    return html, STALE if form.changes else 422 if form.errors else 200


@blueprint.post("/get-quotes/check")
@writes
@idempotent(CheckForm)
def send() -> ResponseReturnValue:
    """Sent once, however often the button is pressed: a second press finds the first one's answer."""
    quote_request = current_draft()
    if quote_request is None:
        return redirect(url_for("patient.start"), 303)
    missing = drafts.first_missing(quote_request)
    if missing:
        return redirect(url_of(missing), 303)
    form = CheckForm()
    drafts.begin(quote_request)  # no answer changes from here on
    agreement = _agreement(quote_request)
    if not form.agrees_to(agreement.shown) or not form.validate_on_submit():
        return _check_page(agreement, form)
    _submit(agreement, form)
    _remember_sent(quote_request)
    return redirect(url_for("patient.sent"), 303)


def _remember_sent(quote_request: QuoteRequest) -> None:
    """As long as the form's token is kept, so that sending it again is answered alike."""
    session.pop("draft")
    session["sent"] = quote_request.ref
    trust_browser(quote_request.ref)
    sessions.current().last(timedelta(hours=72))
    sessions.current().outlive_browser(None)


def _submit(agreement: Agreement, form: CheckForm) -> None:
    """Who was shown as left out is; where nobody is left, nothing is sent. Raises WrongState."""
    quote_request = agreement.quote_request
    if agreement.recipients.left_out and not agreement.clinics:
        raise WrongState("no_clinic_left", _("None of the clinics you chose can take your request now"))
    drafts.untick(quote_request, [clinic for clinic, _reason in agreement.recipients.left_out])
    submit(quote_request, share_health=form.share_health.data, aftercare=form.aftercare.data)


class AddressForm(IdempotentForm):
    """Where the mail to confirm should have gone."""

    limit = "confirm-again"
    email = email_field()


def _sent_request() -> QuoteRequest | None:
    """What this browser sent; where the answer was lost on the way, the draft's reference finds it."""
    ref = session.get("sent") or session.get("draft_ref", "")
    try:
        with as_system():
            quote_request = queries.by_ref(ref)
    except NotFound:
        return None
    use_role(DatabaseRole.PATIENT, request_id=quote_request.id)
    return None if quote_request.state in (RequestState.DRAFT, RequestState.ERASED) else quote_request


@blueprint.route("/get-quotes/sent", methods=["GET", "POST"])
@writes
@idempotent(IdempotentForm, must_have_key=False)
def sent() -> ResponseReturnValue:
    """Nothing has gone to a clinic yet; the mail may be sent again."""
    quote_request = _sent_request()
    if quote_request is None:
        return redirect(url_for("patient.start"), 303)
    if request.method == "POST":
        limits.consume("confirm-again")
        request_links.resend_confirmation(quote_request)
        flash(_("We have sent the email again. The link in the earlier one no longer works"), "success")
        return redirect(url_for("patient.sent"), 303)
    return render_template(
        "patient/form/sent.html",
        form=IdempotentForm(),
        ref=quote_request.ref,
        email=queries.answers(quote_request).email,
        waits=quote_request.state == RequestState.UNCONFIRMED,
        came_back=queries.mail_came_back(quote_request),
    )


@blueprint.route("/get-quotes/address", methods=["GET", "POST"])
@writes
@idempotent(AddressForm)
def correct_email() -> ResponseReturnValue:
    """A mistyped address: every answer stays, the mail goes to the new one, the link in the old one is dead."""
    quote_request = _sent_request()
    if quote_request is None or quote_request.state != RequestState.UNCONFIRMED:
        return redirect(url_for("patient.sent"), 303)
    form = AddressForm(data={"email": queries.answers(quote_request).email})
    if form.validate_on_submit():
        correct_address(quote_request, form.email.data or "")
        flash(_("We have sent the email to the new address. A link in an earlier one no longer works"), "success")
        return redirect(url_for("patient.sent"), 303)
    html = render_template("patient/form/address.html", form=form, has_errors=bool(form.errors))
    return html, 422 if form.errors else 200


@blueprint.post("/get-quotes/change")
@writes
def change_sent() -> ResponseReturnValue:
    """Back to the form with every answer. Pressed twice, the draft is there already."""
    quote_request = _sent_request()
    if quote_request is not None and quote_request.state != RequestState.UNCONFIRMED:
        return redirect(url_for("patient.sent"), 303)
    if quote_request is not None:
        rewrite(quote_request)
        session.pop("sent", None)
        continue_draft(quote_request)
    return redirect(url_of("check"), 303)
