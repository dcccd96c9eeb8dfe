"""What the patient changed after a quote was given: the quote answers the request as its clinic read it."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.leads.changed_answers import changed_since
from marketplace.quotes.models import Quote


def changed_after(quote: Quote) -> list[str]:
    """The names of the answers, of those the clinic may read; a held quote was given when it was written."""
    return list(changed_since(quote.lead, quote.held_at or quote.created_at))


def changed_after_each(quotes: Iterable[Quote]) -> dict[UUID, list[str]]:
    """The same of several, by quote."""
    return {quote.id: changed_after(quote) for quote in quotes}
