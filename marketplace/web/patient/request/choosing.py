"""Choosing a quote: its terms and the released contact data are exactly those that the page showed."""

from dataclasses import dataclass
from functools import cached_property

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from marketplace.catalogue.trip_plans import plan_text
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import limits
from marketplace.foundation.values.durations import hours
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES, RequestState
from marketplace.quotes import choosing
from marketplace.quotes.comparison_table import currency_of
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import newest_of, of_request
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.states import QUOTE_REFUSALS, QuoteState
from marketplace.quotes.terms import FIELDS, terms_of
from marketplace.web.clinic_words import both_amounts
from marketplace.web.filters import day
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import STALE, AgreeingForm, Shown
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.agreement import Row
from marketplace.web.patient.request.quotes import BASE

# The lines of the page; each field of a quote belongs to one of them by its description.
LINES: dict[str, LazyString] = {
    "total": _l("Total"),
    "deposit": _l("Deposit"),
    "trips": _l("Trips"),
    "treatment": _l("Treatment and product"),
    "person": _l("Who treats you"),
    "validity": _l("Valid until"),
    "rest": _l("What is included, what could change, and the clinic's message"),
}


@dataclass(frozen=True)
class Choice:
    """A quote that can be chosen, and what its clinic would get."""

    quote_request: QuoteRequest
    quote: Quote

    @classmethod
    def of(cls, quote_request: QuoteRequest, number: int) -> "Choice":
        """Returns the choice; for a replaced quote it is the clinic's newer one. Raises NotFound."""
        return cls(quote_request, newest_of(of_request(quote_request, number)))

    @cached_property
    def released(self) -> dict[str, tuple[str, str]]:
        """Returns label and value of everything that the clinic gets."""
        given = answers(self.quote_request)
        return {
            "name": (_("Name"), given.name),
            "email": (_("Email"), given.email),
            "phone": (_("Phone"), given.phone),
        }

    @cached_property
    def shown(self) -> Shown:
        """Returns the facts of the page: the quote's terms line by line, and what is released."""
        terms, clinic = vars(terms_of(self.quote)), self.quote.lead.clinic
        facts: dict[str, object] = {
            name: [terms[field] for field, about in FIELDS.items() if about.group.line == name] for name in LINES
        }
        facts |= {name: value for name, (_label, value) in self.released.items()}
        return Shown(("choose", str(self.quote.lead_id)), facts | {"clinic": clinic.name})

    def rows(self, form: AgreeingForm) -> list[Row]:
        """Returns what the clinic gets, with a mark on what changed."""
        return [
            {"name": name, "key": label, "value": value, "changed": name in form.changes.changed}
            for name, (label, value) in self.released.items()
        ]

    def lines(self, form: AgreeingForm) -> list[Row]:
        """Returns the terms that matter most, with a mark on what changed; the quote's page has the rest."""
        values = _values(self.quote)
        return [
            {"name": name, "key": label, "value": values.get(name), "changed": name in form.changes.changed}
            for name, label in LINES.items()
            if name in values
        ]

    def items(self, form: AgreeingForm) -> list[tuple[str | None, str]]:
        """Returns what changed since the page was shown."""
        labels: dict[str, object] = {**LINES}
        labels |= {name: label for name, (label, _value) in self.released.items()}
        return agreeing.items(form.changes, labels | {"clinic": _("The clinic's name")}, gone="")


def _values(quote: Quote) -> dict[str, str]:
    """Returns the terms in words: amounts in the clinic's currency and about how much that is in the patient's."""
    sessions = ngettext("%(num)s session", "%(num)s sessions", quote.sessions)
    currency = currency_of(quote.lead.request)
    total, deposit = (both_amounts(minor, quote.currency, to=currency) for minor in (quote.total, quote.deposit))
    return {
        "total": escape(_("%(total)s, %(sessions)s")) % {"total": total, "sessions": sessions},
        "deposit": deposit if quote.deposit else _("None"),
        "trips": plan_text(checked_quote(quote).stated),
        "treatment": _("%(procedure)s, %(product)s", procedure=quote.procedure.name, product=quote.product),
        "validity": day(quote.valid_until),
    }


def _page(choice: Choice, form: AgreeingForm) -> ResponseReturnValue:
    form.show(choice.shown)
    plan, changed = checked_quote(choice.quote), bool(form.changes)
    html = render_template("patient/request/choose.html", choice=choice, plan=plan, form=form, has_errors=changed)
    return html, STALE if form.changes else 200


@blueprint.get(BASE + "/choose")
def show_choice(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Shows exactly what is released before it is. Raises NotFound or WrongState."""
    choice = Choice.of(quote_request, number)
    if quote_request.state != RequestState.OPEN:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    choosing.must_go_on(choice.quote.lead)
    if choice.quote.state != QuoteState.SENT:
        raise WrongState(QUOTE_REFUSALS[choice.quote.state])
    return _page(choice, AgreeingForm())


@blueprint.post(BASE + "/choose")
@writes
def choose_quote(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Chooses the quote and emails every clinic of the request. A second choice is refused.

    Raises NotFound, WrongState or LimitReached.
    """
    limits.consume("choose", request=quote_request.ref)
    choosing.lock_for_choice(of_request(quote_request, number))
    choice, form = Choice.of(quote_request, number), AgreeingForm()
    choosing.must_go_on(choice.quote.lead)
    # Where nothing can be chosen any more, choose() refuses and says so.
    if quote_request.state in TAKES_QUOTES and not form.agrees_to(choice.shown):
        return _page(choice, form)
    choosing.choose(choice.quote, is_locked=True)
    name = choice.quote.lead.clinic.name
    flash(
        _("We have told %(clinic)s. You have %(time)s to undo this", clinic=name, time=hours(UNDO_WITHIN)),
        "success",
    )
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)
