"""What in a quote a patient should be careful about: one table, each flag with the place it comes from.

A flag is no judgement of the clinic: it says what the quote says or leaves out. Its words are in `words/quote.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from marketplace.catalogue import exchange
from marketplace.catalogue.trip_plans import Checked
from marketplace.quotes.flags import is_far
from marketplace.quotes.models import Quote
from marketplace.quotes.request_quotes import UsualPrice
from marketplace.quotes.terms import is_undecided


@dataclass(frozen=True)
class Evidence:
    """A quote, its plan as checked, and the lowest and highest usual price of a session there, in its currency."""

    quote: Quote
    plan: Checked
    usual: tuple[int, int] | None = None


@dataclass(frozen=True)
class RedFlag:
    """One flag: its code, the code of its source, and when it holds."""

    code: str
    source: str
    holds: Callable[[Evidence], bool]


RED_FLAGS = (
    RedFlag("plan_cannot_be_done", "plan", lambda of: not of.plan.can_be_done),
    RedFlag("too_many_trips", "request", lambda of: of.plan.too_many_trips),
    RedFlag("price_unusual", "prices", lambda of: of.usual is not None and is_far(of.quote, *of.usual)),
    RedFlag("deposit_not_back", "guide", lambda of: of.quote.deposit > 0 and of.quote.refund_if_refused is False),
    RedFlag("deposit_unclear", "guide", lambda of: of.quote.deposit > 0 and of.quote.refund_if_refused is None),
    RedFlag("nobody_named", "guide", lambda of: not of.quote.practitioner_name),
    RedFlag("product_undecided", "guide", lambda of: is_undecided(of.quote.product)),
    RedFlag("nothing_if_wrong", "guide", lambda of: not of.quote.if_something_goes_wrong),
    RedFlag("rise_unclear", "guide", lambda of: of.quote.price_may_change_by is None),
)


def red_flags(quote: Quote, plan: Checked, usual: Sequence[UsualPrice]) -> list[RedFlag]:
    """Returns the flags of a quote in the order of the table."""
    evidence = Evidence(quote, plan, _usual_there(quote, usual))
    return [flag for flag in RED_FLAGS if flag.holds(evidence)]


def _usual_there(quote: Quote, usual: Sequence[UsualPrice]) -> tuple[int, int] | None:
    country = quote.lead.clinic.country
    there = [each for each in usual if (each.procedure_id, each.country) == (quote.procedure_id, country)]
    try:
        ends = [
            exchange.convert(end, each.currency, quote.currency).minor
            for each in there
            for end in (each.low, each.high)
        ]
    except exchange.NoRate:
        return None
    return (min(ends), max(ends)) if ends else None
