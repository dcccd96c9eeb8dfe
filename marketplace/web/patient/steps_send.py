"""The last pages: who gets it, and a look at everything."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts import sessions
from marketplace.foundation.problems import WrongState
from marketplace.leads.proposal import propose
from marketplace.leads.sending import submit
from marketplace.quote_requests import drafts, queries
from marketplace.quotes.comparison_table import currency_of
from marketplace.web.forms.agreeing import STALE
from marketplace.web.http.writing import once, writes
from marketplace.web.patient.agreeing import Agreement, Recipients
from marketplace.web.patient.asking import ask, before, current_draft, url_of, with_draft
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.cards import cards
from marketplace.web.patient.forms_send import CheckForm, ClinicsForm, WaitForm
from marketplace.web.patient.holding import know
from marketplace.web.patient.summary import outside_europe


@blueprint.route("/get-quotes/clinics", methods=["GET", "POST"])
@writes
@with_draft("clinics")
def ask_clinics(quote_request: Any) -> ResponseReturnValue:
    """Up to five, each with its reason; where there is none, the request may wait."""
    proposed = propose(quote_request)
    if not proposed.proposals:
        return ask("clinics", WaitForm.of(quote_request), quote_request, cards=None)
    form = ClinicsForm.for_proposed(quote_request, proposed)
    shown = cards(proposed, quote_request.procedure_id, currency=currency_of(quote_request))
    return ask("clinics", form, quote_request, cards=shown, procedure=quote_request.procedure)


@blueprint.get("/get-quotes/check")
@with_draft("check")
def ask_check(quote_request: Any) -> ResponseReturnValue:
    """Everything on one page, each answer with its Change link."""
    return _check_page(_agreement(quote_request), CheckForm(data={"aftercare": False}))


def _agreement(quote_request: Any) -> Agreement:
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
@once(CheckForm)
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


def _remember_sent(quote_request: Any) -> None:
    """As long as the form's token is kept, so that sending it again is answered alike."""
    session.pop("draft")
    session["sent"] = quote_request.ref
    know(quote_request.ref)
    sessions.current().last(timedelta(hours=72))
    sessions.current().outlive_browser(None)


def _submit(agreement: Agreement, form: CheckForm) -> None:
    """Who was shown as left out is; where nobody is left, nothing is sent. Raises WrongState."""
    quote_request = agreement.quote_request
    if agreement.recipients.left_out and not agreement.clinics:
        raise WrongState("no_clinic_left", _("None of the clinics you chose can take your request now"))
    drafts.untick(quote_request, [clinic for clinic, _reason in agreement.recipients.left_out])
    submit(quote_request, share_health=form.share_health.data, aftercare=form.aftercare.data)
