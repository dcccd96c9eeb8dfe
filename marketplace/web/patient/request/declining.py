"""Not this one: asked first, with a reason if one wants to give it, and undone as a choice is."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import AnyOf, Optional

from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import limits
from marketplace.foundation.values.durations import hours
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES
from marketplace.quotes.choosing import decline
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import of_request
from marketplace.quotes.states import QUOTE_REFUSALS
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.quotes import BASE
from marketplace.words.lead import QUOTE_DECLINES


class DeclineForm(Form):
    """Why, if one likes."""

    reason = RadioField(
        _l("What was it?"),
        choices=list(QUOTE_DECLINES.patient.items()),
        validators=[Optional(), AnyOf(list(QUOTE_DECLINES.patient), message=_l("Select a reason, or none"))],
        validate_choice=False,
    )


@blueprint.get(BASE + "/decline")
def show_decline(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """What follows, before it does."""
    quote = of_request(quote_request, number)
    if quote.state != "sent" or quote_request.state not in TAKES_QUOTES:
        raise WrongState(QUOTE_REFUSALS[quote.state], _("This quote is not open any more"))
    return _page(quote_request, quote, DeclineForm())


@blueprint.post(BASE + "/decline")
@writes
def decline_quote(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """The clinic is told, with the reason if one was given."""
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
