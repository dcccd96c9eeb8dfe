"""A clinic's own quote as a card: the sessions, the price of each, and the other terms."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.trip_plans import Checked, plan_text
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_comparison import items_answered
from marketplace.quotes.terms import ITEMS
from marketplace.web.filters import day, money
from marketplace.words.quote import PRACTITIONER_ROLES


@dataclass(frozen=True)
class ItemisedQuote:
    """The card: rows and sum as (label, value), and the notes below them."""

    rows: list[tuple[str, str]]
    total: tuple[str, str]
    note: str


def itemised_quote(quote: Quote, plan: Checked) -> ItemisedQuote:
    """Returns the card of a quote and its checked plan; it has a row for a discount only where there is one."""
    discount = [(_("Discount"), money(quote.discount, quote.currency))] if quote.discount else []
    return ItemisedQuote(
        rows=[
            (quote.procedure.name, ngettext("%(num)s session", "%(num)s sessions", quote.sessions)),
            (_("Price of one session"), money(quote.price_per_session, quote.currency)),
            *discount,
            (_("Who treats"), str(PRACTITIONER_ROLES.clinic[quote.practitioner_role])),
            (_("Product"), quote.product),
            (_("Trips"), plan_text(plan.stated)),
            (_("Deposit"), money(quote.deposit, quote.currency) if quote.deposit else _("None")),
            (_("Valid until"), day(quote.valid_until)),
        ],
        total=(_("Total"), money(quote.total, quote.currency)),
        note=_(
            "%(n)s of %(m)s items answered. Patients compare these.",
            n=items_answered(quote),
            m=len(ITEMS),
        ),
    )
