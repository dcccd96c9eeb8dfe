"""Sending a quote, undoing it while it is held, and withdrawing it after it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from marketplace.foundation.problems import Disagreements, WrongState
from marketplace.leads.clocks import must_go_on
from marketplace.leads.states import LEAD_REFUSALS
from marketplace.leads.visibility import answers_visible_to
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.ending import withdraw
from marketplace.quotes.flags import Confirmed
from marketplace.quotes.pending import cancel_pending
from marketplace.quotes.queries import latest_for_lead, standing_for_lead, takes_quote
from marketplace.quotes.states import PriceReason
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import record_accesses_of_refused_form, request_shown
from marketplace.web.dashboard.leads import form_of, lead_page, procedures_of
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.dashboard.quote_form import QuoteForm, terms_from
from marketplace.web.forms.agreeing import STALE
from marketplace.web.forms.base import Form
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http import errors
from marketplace.web.http.writing import writes
from marketplace.words.lead import QUOTE_WITHDRAWALS

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote
    from marketplace.quotes.terms import QuoteTerms


@blueprint.post("/leads/<ref>/quote")
@writes
@idempotent(QuoteForm)
def send_quote(lead: Lead, ref: str) -> ResponseReturnValue:
    """Stores the quote; it is held for a few minutes, then the patient gets an email.

    A form with errors is shown again with what was typed. Raises WrongState where the lead takes no quote.
    """
    must_go_on(lead)
    if not takes_quote(lead):
        raise WrongState(LEAD_REFUSALS[lead.state], _("This request takes no quote any more"))
    visible = answers_visible_to(lead, goes_on=True)  # until the commit: the clinic's row is locked
    record_accesses_of_refused_form(lead, visible)
    form = form_of(lead, visible)
    _check_not_stale(lead, form)
    agrees = form.agrees_to(request_shown(lead, visible)) and form.validate_on_submit()
    if agrees and _held(lead, form, answers=len(visible.questions)) and _still_as_read(lead, form):
        return redirect(url_for("dashboard.lead", ref=ref), 303)
    return lead_page(lead, answers_visible_to(lead), form=form, status=STALE if form.changes else 422, has_errors=True)


def _still_as_read(lead: Lead, form: QuoteForm) -> bool:
    """Returns whether the patient's answers are still those that the page showed; else holds nothing."""
    agrees = form.agrees_to(request_shown(lead, answers_visible_to(lead, goes_on=True)))
    if not agrees:
        errors.rollback()
    return agrees


def _check_not_stale(lead: Lead, form: QuoteForm) -> None:
    """Checks that no colleague answered since the page was shown. Raises WrongState."""
    latest = latest_for_lead(lead)
    number = latest.number if latest else 0
    if form.seen.data and form.seen.data != str(number):
        raise WrongState("quote_changed", _("A colleague has answered this request since you opened it"))


def _held(lead: Lead, form: QuoteForm, *, answers: int) -> bool:
    reason = PriceReason(form.price_reason.data) if form.price_reason.data else None
    confirmed = Confirmed(price_reason=reason, as_it_is=form.as_it_is.data)
    try:
        terms = _terms(lead, form, answers=answers)
        submit_quote(lead, terms, keep_plan=form.keep_plan.data, confirmed=confirmed, goes_on=True)
    except Disagreements as refused:
        form.point_out(refused.problems)
        return False
    return True


def _terms(lead: Lead, form: QuoteForm, *, answers: int) -> QuoteTerms:
    chosen = next(p for p in procedures_of(lead) if p.slug == form.procedure.data)
    return terms_from(form, procedure_id=chosen.id, answers=answers)


@blueprint.post("/leads/<ref>/undo")
@writes
def undo_quote(lead: Lead, ref: str) -> ResponseReturnValue:
    """Cancels the held quote and shows the form with what was typed. Raises WrongState once it was sent."""
    cancel_pending(lead)
    flash(_("Taken back. Nothing was sent to the patient"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)


class WithdrawForm(Form):
    """The reason for withdrawing a quote, one of a list."""

    reason = RadioField(
        _l("Why do you withdraw the quote?"),
        choices=listed(QUOTE_WITHDRAWALS.clinic.items()),
        validators=[InputRequired(_l("Select a reason"))],
    )


@blueprint.get("/leads/<ref>/withdraw")
def ask_withdraw(lead: Lead) -> str:
    """Shows what follows from withdrawing before the button. Raises WrongState without a sent quote."""
    return _page(lead, _open_quote(lead), WithdrawForm())


@blueprint.post("/leads/<ref>/withdraw")
@writes
def withdraw_quote(lead: Lead, ref: str) -> ResponseReturnValue:
    """Withdraws the sent quote and tells the patient; the clinic may send another. Raises WrongState or Refused."""
    form = WithdrawForm()
    quote = _open_quote(lead)
    if not form.validate_on_submit():
        return _page(lead, quote, form), 422
    withdraw(quote, reason=form.reason.data)
    flash(_("Quote withdrawn. The patient is told by email. You can send another one"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)


def _open_quote(lead: Lead) -> Quote:
    quote = standing_for_lead(lead)
    if quote is None or quote.state != "sent":
        raise WrongState("quote_not_sent", _("There is no open quote to withdraw"))
    return quote


def _page(lead: Lead, quote: Quote, form: WithdrawForm) -> str:
    return render_template("dashboard/withdraw.html", lead=lead, quote=quote, form=form, has_errors=bool(form.errors))
