"""One quote as the patient reads it, declining it with or without a reason, and undoing a choice."""

from babel.lists import format_list
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import AnyOf, Optional

from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import limits
from marketplace.foundation.values.durations import hours
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.leads.status_texts import clinic_news
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes import choosing
from marketplace.quotes.choosing import decline
from marketplace.quotes.comparison_table import Column, ComparisonTable, build_comparison_table
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import can_be_chosen, changed_after, of_request, version_before, what_changed
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.request_quotes import request_quotes
from marketplace.quotes.states import QUOTE_REFUSALS, QuoteState
from marketplace.quotes.terms import terms_of
from marketplace.web.clinic_words import both_amounts
from marketplace.web.forms.base import Form
from marketplace.web.forms.visit_figures import FiguresForm
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.flag_rows import flag_groups
from marketplace.web.patient.request.missing import missing_of
from marketplace.web.patient.request.quote_plans import figures_form, own_of, quote_planner
from marketplace.web.patient.request.quote_rows import cards, given_before
from marketplace.words.lead import QUOTE_DECLINES

BASE = "/my/requests/<ref>/quotes/<int(max=9999):number>"


def _back(quote_request: QuoteRequest) -> ResponseReturnValue:
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


@blueprint.get(BASE)
def show_quote(quote_request: QuoteRequest, number: int) -> str:
    """Shows one quote as an itemised card; missing values are shown as not stated. Raises NotFound."""
    quote = of_request(quote_request, number)
    figures = figures_form(quote_request, [quote])
    found = build_comparison_table(request_quotes(quote_request.ref), numbers=[number], own=own_of(figures))
    column = next((column for column in found.columns if column.quote.id == quote.id), None)
    return render_template(
        "patient/request/quote.html",
        quote_request=quote_request,
        quote=quote,
        terms=terms_of(quote),
        questions=answers(quote_request).questions,
        **_changed_since(quote),
        column=column,
        flags=flag_groups([column]) if column else [],
        **_next_steps(quote),
        **_in_words(quote, found.currency),
        **_plans(figures, column, found),
        form=Form(),
    )


def _plans(figures: FiguresForm, column: Column | None, found: ComparisonTable) -> dict[str, object]:
    """Returns the plans of the course, and the fields of the patient's own figures filled with our estimates."""
    shown = {"found": found, "figures": figures, "has_errors": bool(figures.errors), "planner": None}
    if column is None:
        return shown
    ours = found.estimates.get(column.quote.lead.clinic.country)
    figures.show_estimate("fare", ours.fare if ours else None)
    figures.show_estimate("night", ours.night if ours else None)
    return {**shown, "planner": quote_planner(column, found)}


def _in_words(quote: Quote, currency: str) -> dict[str, object]:
    """Returns what the quote says, amounts in the patient's currency, too, and what changed from the version before."""
    total, before = both_amounts(quote.total, quote.currency, to=currency), version_before(quote)
    return {
        "plan": checked_quote(quote),
        "cards": cards(quote, currency=currency, before=before),
        "total": total,
        "replaced": before,
        "today": clock.today(),
        "address": current_app.config["SITE_URL"] + request.path,
        "missing": missing_of(quote),
        "changes": format_list(what_changed(before, quote), locale=get_locale() or "en") if before else "",
    }


def _changed_since(quote: Quote) -> dict[str, object]:
    """Returns the mark of a quote given before answers were changed; questions have a mark of their own."""
    changed = changed_after(quote)
    return {"before": given_before(changed), "questions_changed": "questions" in changed}


def _next_steps(quote: Quote) -> dict[str, object]:
    """Returns what has changed about the clinic, and what can be done with the quote now."""
    takes_quotes = quote.lead.request.state in TAKES_QUOTES
    return {
        "news": clinic_news(quote.lead),
        "can_be_chosen": can_be_chosen(quote),
        "can_be_declined": quote.state == "sent" and takes_quotes,
        "undo_until": choosing.undo_until(quote.lead),
    }


@blueprint.post(BASE + "/undo")
@writes
def undo_choice(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Undoes a decline, or a choice with all that it ended, within 48 hours. Raises NotFound or WrongState."""
    quote = of_request(quote_request, number)
    if quote.lead.quote_declined_at is not None:
        choosing.undo_decline(quote)
        flash(_("Undone. The quote of %(clinic)s stands again", clinic=quote.lead.clinic.name), "success")
    elif quote_request.state == RequestState.CHOSEN and quote.state != QuoteState.CHOSEN:
        raise WrongState(QUOTE_REFUSALS[quote.state], _("You have chosen another quote meanwhile"))
    else:
        choosing.undo_choice(quote_request)
        flash(_("Undone. Your request is open again and every quote is as it was"), "success")
    return _back(quote_request)


class DeclineForm(Form):
    """The reason for declining a quote, which is optional."""

    reason = RadioField(
        _l("What was it?"),
        choices=list(QUOTE_DECLINES.form.items()),
        validators=[Optional(), AnyOf(list(QUOTE_DECLINES.form), message=_l("Select a reason, or none"))],
        validate_choice=False,
    )


@blueprint.get(BASE + "/decline")
def show_decline(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Shows what declining causes, before it happens. Raises NotFound or WrongState."""
    quote = of_request(quote_request, number)
    if quote.state != "sent" or quote_request.state not in TAKES_QUOTES:
        raise WrongState(QUOTE_REFUSALS[quote.state], _("This quote is not open any more"))
    return _page(quote_request, quote, DeclineForm())


@blueprint.post(BASE + "/decline")
@writes
def decline_quote(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Declines the quote and tells the clinic, with the reason if there is one.

    Raises NotFound, WrongState, Refused or LimitReached.
    """
    limits.consume("choose", request=quote_request.ref)
    quote, form = of_request(quote_request, number), DeclineForm()
    if not form.validate_on_submit():
        return _page(quote_request, quote, form), 422
    decline(quote, reason=form.reason.data or None)
    clinic = quote.lead.clinic.name
    flash(
        _(
            "%(clinic)s is told that you decided against its quote. You have %(time)s to undo this",
            clinic=clinic,
            time=hours(UNDO_WITHIN),
        ),
        "success",
    )
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


def _page(quote_request: QuoteRequest, quote: Quote, form: DeclineForm) -> str:
    page = "patient/request/decline.html"
    return render_template(page, quote_request=quote_request, quote=quote, form=form, has_errors=bool(form.errors))
