"""Was the price kept: one tap, of the patient alone, about the clinic they chose."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import StopValidation

from marketplace.aftercare import plans, price_kept
from marketplace.foundation.problems import Refused, WrongState
from marketplace.foundation.values.amounts import NotAnAmount, as_typed, in_words, read_amount
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS
from marketplace.quotes.models import Quote
from marketplace.web.filters import money_text
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.words.request import PRICE_ANSWERS

PATH = "/my/requests/<ref>/kept"


class PaidForm(Form):
    """What was paid, in the currency of the quote; read only where it was more."""

    paid = StringField(_l("What you paid"))
    currency = ""

    def validate_paid(self, field: StringField) -> None:
        """Checks that the amount can be read. Raises StopValidation with the field and the rule for money."""
        try:
            self.minor()
        except NotAnAmount as problem:
            raise StopValidation(_("What you paid: %(reason)s", reason=in_words(problem))) from problem

    def minor(self) -> int | None:
        """Returns the amount in minor units; None while the field is empty. Raises NotAnAmount."""
        return read_amount(self.paid.data, self.currency) if self.paid.data else None


@blueprint.get(PATH)
def ask_price_kept(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the answers that can be given, or from when. Raises WrongState where no clinic is chosen."""
    quote = _quote(quote_request)
    said = price_kept.price_answer(quote_request)
    paid = price_kept.paid_of(quote_request, said) if said else None
    return _page(quote_request, quote, PaidForm(data={"paid": as_typed(paid, quote.currency) if paid else ""}))


@blueprint.post(PATH)
@writes
def say_price_kept(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Keeps the answer that was tapped, in place of an earlier one. Raises Refused or WrongState."""
    quote, form, answer = _quote(quote_request), PaidForm(), request.form.get("kept", "")
    form.currency = quote.currency
    if answer not in price_kept.PRICE_ANSWERS:
        raise Refused("unknown_answer", field="kept")
    price_kept.must_be_sayable(quote_request, answer)
    if answer == "more" and not form.validate_on_submit():
        return _page(quote_request, quote, form), 422
    try:
        price_kept.say(quote_request, answer, paid=form.minor() if answer == "more" else None)
    except Refused:
        form.paid.errors = [_not_more(quote)]
        return _page(quote_request, quote, form), 422
    flash(_("Thank you. Your answer counts without your name"), "success")
    return redirect(url_for("patient.ask_price_kept", ref=quote_request.ref), 303)


def _not_more(quote: Quote) -> str:
    """Returns what to type instead of an amount that the quote covers."""
    total, yes = money_text(quote.total, quote.currency), PRICE_ANSWERS.patient["yes"]
    return _("Type an amount above the quote's total of %(total)s, or choose “%(yes)s”", total=total, yes=yes)


def _quote(quote_request: QuoteRequest) -> Quote:
    """Returns the quote that was chosen. Raises WrongState."""
    quote = plans.chosen_quote(quote_request)
    if quote is None or plans.won_lead(quote_request) is None:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    return quote


def _page(quote_request: QuoteRequest, quote: Quote, form: PaidForm) -> str:
    return render_template(
        "patient/request/price_kept.html",
        quote_request=quote_request,
        quote=quote,
        sayable=price_kept.sayable_answers(quote_request),
        day=price_kept.known_from(quote_request),
        said=price_kept.price_answer(quote_request),
        form=form,
        has_errors=bool(form.errors),
    )
