"""A quote's fields in the patient's words, and the labels of quotes and leads by their state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.trip_plans import plan_text
from marketplace.leads.states import LeadState
from marketplace.quotes.fields import Kind, QuoteField
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.terms import FIELDS
from marketplace.web.clinic_words import both_amounts
from marketplace.web.filters import day, money
from marketplace.web.patient.blueprint import blueprint
from marketplace.words.lead import DECIDED_AGAINST, INCLUDED, LEAD_STATES, PRACTITIONER_ROLES, QUOTE_STATES
from marketplace.words.request import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote
    from marketplace.words.table import Tag


Row = tuple[str, str]  # label and value


def not_stated() -> Markup:
    """Returns the words for a missing value."""
    return Markup('<span class="missing">{}</span>').format(_("Not stated"))


def one_by_one(quote: Quote, *, amount: Callable[[int, str], Markup] = money) -> Markup:
    """Returns the sessions and the price of each, as `amount` words minor units of a currency."""
    return Markup("{} × {}").format(quote.sessions, amount(quote.price_per_session, quote.currency))


def changed_from(was: str) -> Markup:
    """Returns the mark on a value that the clinic changed, with what it was in the version before."""
    return escape(_("Changed. Before: %(was)s")) % {"was": was}


def cards(quote: Quote, *, currency: str, before: Quote | None = None) -> dict[str, list[Row]]:
    """Returns the rows of each card by its name; the deposit is shown in `currency`, the patient's, too.

    What differs from the version before is marked.
    """
    shown = [(about, about.group.card) for about in FIELDS.values() if about.patient]
    return {
        card: [(_label(quote, about), _marked(quote, before, about, currency)) for about, of in shown if of == card]
        for card in ("price", "treatment")
    }


def _marked(quote: Quote, before: Quote | None, about: QuoteField, currency: str) -> str:
    now = _shown(quote, about, currency)
    was = _shown(before, about, currency) if before else now
    return now if was == now else Markup('{} <small class="changed">{}</small>').format(now, changed_from(was))


def _label(quote: Quote, about: QuoteField) -> str:
    """Returns the patient's label of a field; for how the product is shown, the treatment has its own words."""
    if about.name == "product_sealed":
        return particulars_of(quote.procedure.treatment).product_sealed_shown
    return str(about.patient)


def _shown(quote: Quote, about: QuoteField, currency: str) -> str:
    return JOINED[about.name](quote, currency) if about.name in JOINED else shown_value(quote, about)


# Fields that are shown together with another field, or as more than their value.
JOINED: dict[str, Callable[[Quote, str], str]] = {
    "price_per_session": lambda quote, _currency: one_by_one(quote),
    "discount": lambda quote, _currency: money(quote.discount, quote.currency) if quote.discount else _("None"),
    "deposit": lambda quote, currency: deposit(quote, amount=partial(both_amounts, to=currency)),
    "trips": lambda quote, _currency: plan_text(checked_quote(quote).stated),
    "session_gap_weeks": lambda quote, _currency: _weeks(quote.session_gap_weeks),
}


def deposit(quote: Quote, *, amount: Callable[[int, str], Markup]) -> str:
    """Returns the deposit as `amount` words minor units of a currency; "None" where there is none."""
    return amount(quote.deposit, quote.currency) if quote.deposit else _("None")


def _weeks(number: int | None) -> str:
    return not_stated() if number is None else ngettext("%(num)s week", "%(num)s weeks", number)


# Each kind in words, from its value and the quote's currency; any other is shown as it was written.
BY_KIND: dict[Kind, Callable[..., str]] = {
    Kind.AMOUNT: money,
    Kind.STATED: lambda value, _currency: _("Yes") if value else _("No"),
    Kind.DAY: lambda value, _currency: day(value),
    Kind.CHOICE: lambda value, _currency: str(PRACTITIONER_ROLES.patient[value]),
    Kind.SOME: lambda value, _currency: ", ".join(str(INCLUDED.patient.get(code, code)) for code in value),
}


def shown_value(quote: Quote, about: QuoteField) -> str:
    """Returns the value of a field in words, by its kind; a missing value is "not stated"."""
    value = getattr(quote, about.name)
    if value is None or value in ("", []):
        return not_stated()
    return BY_KIND[about.kind](value, quote.currency) if about.kind in BY_KIND else str(value)


@blueprint.app_template_filter()
def lead_label(lead: Lead) -> Tag:
    """Returns a lead's label and kind of tag; one that ended by the patient's decision has its own label."""
    return DECIDED_AGAINST if _is_declined(lead) else LEAD_STATES.patient[lead.state]


@blueprint.app_template_filter()
def quote_label(quote: Quote) -> Tag:
    """Returns a quote's label and kind of tag; one that the patient declined has its own label."""
    return DECIDED_AGAINST if _is_declined(quote.lead) else QUOTE_STATES.patient[quote.state]


def _is_declined(lead: Lead) -> bool:
    return lead.quote_declined_at is not None and lead.state == LeadState.LOST


def given_before(names: Iterable[str]) -> str | None:
    """Returns the mark on a quote given before answers were changed; None where none was."""
    changed = [str(ANSWERS.patient[name]) for name in names]
    if not changed:
        return None
    return gettext("Given before you changed: %(answers)s", answers=format_list(changed, locale=get_locale() or "en"))
