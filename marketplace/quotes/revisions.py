"""What changed: between two versions of a quote, by kind without values, and in the request since it was given."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l

from marketplace.leads.clinic_queries import changed_since
from marketplace.quotes.models import Quote
from marketplace.quotes.terms import FIELDS, STORED

CHANGES = {
    "price": _l("the price"),
    "treatment": _l("the treatment or product"),
    "trips": _l("sessions and trips"),
    "people": _l("who treats you"),
    "deposit": _l("the deposit or refund"),
    "included": _l("what is included"),
    "dates": _l("dates"),
}


def what_changed(before: Quote, after: Quote) -> list[str]:
    """Returns the kinds of differences in the reader's language; empty where only words to the patient differ."""
    changed = {FIELDS[name].group.change for name in STORED if getattr(before, name) != getattr(after, name)}
    return [str(words) for change, words in CHANGES.items() if change in changed]


def changed_after(quote: Quote) -> list[str]:
    """Returns the names of the answers that changed after the quote was written, of those the clinic may read."""
    return list(changed_since(quote.lead, quote.held_at or quote.created_at))


def changed_after_each(quotes: Iterable[Quote]) -> dict[UUID, list[str]]:
    """Returns the same for several quotes, by quote."""
    return {quote.id: changed_after(quote) for quote in quotes}
