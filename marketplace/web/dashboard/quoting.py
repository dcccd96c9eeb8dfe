"""A quote is written, held for its minutes, or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.catalogue.queries import procedures
from marketplace.foundation.problems import Disagreements, WrongState
from marketplace.leads.freezing import must_go_on
from marketplace.quotes.drafting import hold, take_back, takes_quote
from marketplace.quotes.flags import Confirmed
from marketplace.quotes.queries import latest_for_lead
from marketplace.quotes.states import PriceReason
from marketplace.web.dashboard.asked_facts import asked_shown
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.leads import TREATMENT, form_of, lead_page
from marketplace.web.dashboard.quote_form import QuoteForm, terms_from
from marketplace.web.dashboard.sight import note_look_beside_form, own_lead, sight_of
from marketplace.web.forms.agreeing import STALE
from marketplace.web.http import errors
from marketplace.web.http.writing import once, writes

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quotes.terms import QuoteTerms


@blueprint.post("/leads/<ref>/quote")
@writes
@once(QuoteForm)
def send_quote(ref: str) -> ResponseReturnValue:
    """Held for a few minutes, then the patient is emailed. A refused form shows all that was typed."""
    own = own_lead()
    must_go_on(own)
    if not takes_quote(own):
        raise WrongState(f"lead_{own.state}", _("This request takes no quote any more"))
    sight = sight_of(own)
    note_look_beside_form(own, sight)
    form = form_of(own, sight)
    _nobody_was_faster(own, form)
    agrees = form.agrees_to(asked_shown(own, sight)) and form.validate_on_submit()
    if agrees and _held(own, form, answers=len(sight.questions)) and _still_as_read(own, form):
        return redirect(url_for("dashboard.lead", ref=ref), 303)
    return lead_page(own, sight_of(own), form=form, status=STALE if form.changes else 422, has_errors=True)


def _still_as_read(own: Lead, form: QuoteForm) -> bool:
    """Holding it has locked the request: what the patient changed until then counts, and nothing is held."""
    agrees = form.agrees_to(asked_shown(own, sight_of(own)))
    if not agrees:
        errors.take_back()
    return agrees


def _nobody_was_faster(own: Lead, form: QuoteForm) -> None:
    """The page was shown before a colleague answered: what they wrote is not replaced unread."""
    latest = latest_for_lead(own)
    number = latest.number if latest else 0
    if form.seen.data and form.seen.data != str(number):
        raise WrongState("quote_changed", _("A colleague has answered this request since you opened it"))


def _held(own: Lead, form: QuoteForm, *, answers: int) -> bool:
    reason = PriceReason(form.price_reason.data) if form.price_reason.data else None
    confirmed = Confirmed(price_reason=reason, as_it_is=form.as_it_is.data)
    try:
        hold(own, _terms(form, answers=answers), keep_plan=form.keep_plan.data, confirmed=confirmed)
    except Disagreements as refused:
        form.point_out(refused.problems)
        return False
    return True


def _terms(form: QuoteForm, *, answers: int) -> QuoteTerms:
    chosen = next(p for p in procedures(TREATMENT) if p.slug == form.procedure.data)
    return terms_from(form, procedure_id=chosen.id, answers=answers)


@blueprint.post("/leads/<ref>/undo")
@writes
def undo_quote(ref: str) -> ResponseReturnValue:
    """Back to the form, with all that was typed. Too late is said so."""
    take_back(own_lead())
    flash(_("Taken back. Nothing was sent to the patient"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)
