"""A quote that was sent is withdrawn: asked first, with a reason the patient reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from marketplace.foundation.problems import WrongState
from marketplace.quotes.drafting import withdraw
from marketplace.quotes.queries import standing_for_lead
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.dashboard.sight import own_lead
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.words import WITHDRAWALS

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote


class WithdrawForm(Form):
    """Why; always one of the list."""

    reason = RadioField(
        _l("Why do you withdraw the quote?"),
        choices=listed((code, own) for code, (own, _patients) in WITHDRAWALS.items()),
        validators=[InputRequired(_l("Select a reason"))],
    )


@blueprint.get("/leads/<ref>/withdraw")
def ask_withdraw(ref: str) -> str:
    """What follows is said before the button."""
    own = own_lead()
    return _page(own, _open_quote(own), WithdrawForm())


@blueprint.post("/leads/<ref>/withdraw")
@writes
def withdraw_quote(ref: str) -> ResponseReturnValue:
    """No longer to be chosen; the patient is told at once, and the clinic may send another one."""
    own, form = own_lead(), WithdrawForm()
    quote = _open_quote(own)
    if not form.validate_on_submit():
        return _page(own, quote, form), 422
    withdraw(quote, reason=form.reason.data)
    flash(_("Quote withdrawn. The patient is told by email. You can send another one"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)


def _open_quote(own: Lead) -> Quote:
    quote = standing_for_lead(own)
    if quote is None or quote.state != "sent":
        raise WrongState("quote_not_sent", _("There is no open quote to withdraw"))
    return quote


def _page(own: Lead, quote: Quote, form: WithdrawForm) -> str:
    return render_template("dashboard/withdraw.html", lead=own, quote=quote, form=form, has_errors=bool(form.errors))
