"""A proposed clinic as the person sees it before ticking it."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from marketplace.leads.proposal import Proposal, Proposed
from marketplace.leads.reasons import in_words
from marketplace.web.clinic_words import both_spans, reply_words, stamp_words


@dataclass(frozen=True)
class Card:
    """What the choice is made by."""

    clinic: Any
    reason: str
    reply: str
    stamp: dict[str, str]
    price: Markup | None


def cards(proposed: Proposed, procedure_id: object, *, currency: str) -> dict[str, Card]:
    """By the clinic's slug, in the order proposed; `currency` is the person's."""
    return {p.clinic.slug: _card(p, procedure_id, currency) for p in proposed.proposals}


def _card(proposal: Proposal, procedure_id: object, currency: str) -> Card:
    clinic: Any = proposal.clinic
    return Card(
        clinic=clinic,
        reason=in_words(proposal.reason),
        reply=reply_words(clinic),
        stamp=_stamp(clinic),
        price=_price(clinic, procedure_id, currency),
    )


def _price(clinic: Any, procedure_id: object, currency: str) -> Markup | None:
    row = next((price for price in clinic.prices if price.procedure_id == procedure_id), None)
    return both_spans(row.low, row.high, row.currency, to=currency) if row else None


def _stamp(clinic: Any) -> dict[str, str]:
    found = stamp_words(clinic)
    return {**found, "line": f"{found['line']} · {found['count']}"}
