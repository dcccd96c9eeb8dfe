"""The end of the form: all answers, the consent and sending. The request can be changed until it is confirmed."""

from datetime import timedelta

from babel.lists import format_list
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from marketplace.accounts import sessions
from marketplace.aftercare.plans import WEEKS
from marketplace.foundation.database import gathering
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.foundation.security import limits
from marketplace.leads.proposal import wanted
from marketplace.leads.request_actions import correct_address, rewrite
from marketplace.leads.submission import submit_agreed
from marketplace.quote_requests import drafts, queries, request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.forms.base import ChallengedForm, IdempotentForm, email_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.agreement import Agreement, outside_europe
from marketplace.web.patient.form.flow import before, continue_draft, current_draft, url_of, with_draft
from marketplace.web.patient.request_access import trust_browser


class CheckForm(AgreeingForm, IdempotentForm, ChallengedForm):
    """The consents. Health answers have a box of their own; unticked, the request is sent without them."""

    limit = "send-request"
    share_health = BooleanField()
    adult = BooleanField(_l("I am 18 or over"), validators=[InputRequired(_l("Confirm that you are 18 or over"))])
    aftercare = BooleanField()


@blueprint.get("/get-quotes/check")
@with_draft("check")
def ask_check(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows every answer with the link to change it, and asks for the consent."""
    return _check_page(_agreement(quote_request), CheckForm(data={"aftercare": False}))


def _agreement(quote_request: QuoteRequest) -> Agreement:
    return Agreement("check", quote_request, wanted(quote_request, queries.ticked_ids(quote_request)))


def _check_page(agreement: Agreement, form: CheckForm) -> ResponseReturnValue:
    form.show(agreement.shown)
    form.share_health.label.text = agreement.sentence(with_health=True)
    weeks = format_list([str(week) for week in WEEKS], locale=get_locale() or "en")
    form.aftercare.label.text = _("Ask me how it is %(weeks)s weeks after my first session", weeks=weeks)
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
    """Submits the request once; pressing the button again returns the first answer. Raises WrongState."""
    gathering.begin()
    quote_request = current_draft(locked=True)  # no answer changes from here on
    if quote_request is None:
        return redirect(url_for("patient.start"), 303)
    agreement = _agreement(quote_request)
    missing = drafts.first_missing(quote_request, has_clinics=bool(agreement.wanted.clinics))
    if missing:
        return redirect(url_of(missing), 303)
    form = CheckForm()
    if not form.agrees_to(agreement.shown) or not form.validate_on_submit():
        return _check_page(agreement, form)
    _submit(agreement, form)
    _remember_sent(quote_request)
    return redirect(url_for("patient.sent"), 303)


def _remember_sent(quote_request: QuoteRequest) -> None:
    """Remembers the sent request for 72 hours, as long as the form's key, so that a repeat finds it."""
    session.pop("draft")
    session["sent"] = quote_request.ref
    trust_browser(quote_request.ref)
    sessions.current().last(timedelta(hours=72))
    sessions.current().outlive_browser(None)


def _submit(agreement: Agreement, form: CheckForm) -> None:
    """Submits to the clinics that can still get the request. Raises WrongState where none of them can."""
    quote_request = agreement.quote_request
    if agreement.recipients.left_out and not agreement.clinics:
        raise WrongState("no_clinic_left", _("None of the clinics you chose can take your request now"))
    drafts.untick(quote_request, [clinic for clinic, _reason in agreement.recipients.left_out])
    submit_agreed(
        quote_request,
        agreement.clinics,
        photos=len(agreement.photo_ids),
        was_shown=agreement.wanted.was_shown,
        share_health=form.share_health.data,
        aftercare=form.aftercare.data,
    )


class AddressForm(IdempotentForm):
    """The corrected address for the email that confirms the request."""

    limit = "confirm-again"
    email = email_field()


def _sent_request() -> QuoteRequest | None:
    """Returns the request this browser sent; None without one.

    Where the answer to sending was lost, the draft's reference finds it.
    """
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
    """Shows that nothing has gone to a clinic yet; a POST sends the confirming email again. Raises LimitReached."""
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
        has_clinics=not quote_request.wait_without_clinic,
        came_back=queries.mail_came_back(quote_request),
    )


@blueprint.route("/get-quotes/address", methods=["GET", "POST"])
@writes
@idempotent(AddressForm)
def correct_email() -> ResponseReturnValue:
    """Changes a mistyped address and sends the email there; links sent before stop working. Raises WrongState."""
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
    """Makes the unconfirmed request a draft again and shows its answers; repeating it changes nothing.

    Raises WrongState.
    """
    quote_request = _sent_request()
    if quote_request is not None and quote_request.state != RequestState.UNCONFIRMED:
        return redirect(url_for("patient.sent"), 303)
    if quote_request is not None:
        rewrite(quote_request)
        session.pop("sent", None)
        continue_draft(quote_request)
    return redirect(url_of("check"), 303)
