"""One quote, and what the patient does with it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.leads.news import of_lead
from marketplace.quote_requests.queries import answers
from marketplace.quotes import acceptance
from marketplace.quotes.course_plans import checked_quote
from marketplace.quotes.queries import can_be_chosen, of_request
from marketplace.quotes.side_by_side import in_currency, side_by_side
from marketplace.quotes.terms import terms_of
from marketplace.web.forms import Form
from marketplace.web.patient.door import door
from marketplace.web.patient.holding import held
from marketplace.web.writing import writes

BASE = "/my/requests/<ref>/quotes/<int(max=9999):number>"


def _back(ref: str) -> ResponseReturnValue:
    return redirect(url_for("patient.show_request", ref=ref), 303)


@door.get(BASE)
def show_quote(ref: str, number: int) -> str:
    """The whole slip; what is missing is said as missing."""
    quote_request = held()
    quote = of_request(quote_request, number)
    found = side_by_side(quote_request, numbers=[number])
    column = next((column for column in found.columns if column.quote.id == quote.id), None)
    return render_template(
        "patient/request/quote.html",
        quote_request=quote_request,
        quote=quote,
        terms=terms_of(quote),
        questions=answers(quote_request).questions,
        column=column,
        news=of_lead(quote.lead),
        can_be_chosen=can_be_chosen(quote),
        found=found,
        plan=checked_quote(quote),
        about=lambda minor: in_currency(minor, quote.currency, found.currency),
        form=Form(),
    )


@door.post(BASE + "/decline")
@writes
def decline_quote(ref: str, number: int) -> ResponseReturnValue:
    """Not this one."""
    quote = of_request(held(), number)
    acceptance.decline(quote)
    flash(
        _("We have told %(clinic)s that you decided against their quote", clinic=quote.lead.clinic.name),
        "success",
    )
    return _back(ref)


@door.post(BASE + "/undo")
@writes
def undo_choice(ref: str, number: int) -> ResponseReturnValue:
    """Within 48 hours all is as before."""
    quote_request = held()
    of_request(quote_request, number)
    acceptance.undo(quote_request)
    flash(_("Undone. Your request is open again and every quote is as it was"), "success")
    return _back(ref)
