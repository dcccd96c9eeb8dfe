"""What changed: between two versions of a quote, by kind without values, and in the request since it was given."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l

from marketplace.leads.clinic_queries import changed_since
from marketplace.quotes.models import Quote

KINDS = (
    (_l("the price"), ("total", "price_per_session", "discount", "currency", "price_may_change_by", "taxes_included")),
    (_l("the treatment or product"), ("procedure_id", "product", "product_sealed")),
    (_l("sessions and trips"), ("sessions", "trips", "nights_per_trip", "session_gap_weeks")),
    (_l("who treats you"), ("practitioner_role", "practitioner_name", "practitioner_register")),
    (_l("the deposit or refund"), ("deposit", "deposit_refundable_until", "refund_if_refused")),
    (_l("what is included"), ("included", "excluded", "if_something_goes_wrong")),
    (_l("dates"), ("valid_until", "earliest_date")),
)


def what_changed(before: Quote, after: Quote) -> list[str]:
    """Returns the kinds of differences in the reader's language; empty where only words to the patient differ."""
    return [
        str(kind) for kind, fields in KINDS if any(getattr(before, name) != getattr(after, name) for name in fields)
    ]


def changed_after(quote: Quote) -> list[str]:
    """Returns the names of the answers that changed after the quote was written, of those the clinic may read."""
    return list(changed_since(quote.lead, quote.held_at or quote.created_at))


def changed_after_each(quotes: Iterable[Quote]) -> dict[UUID, list[str]]:
    """Returns the same for several quotes, by quote."""
    return {quote.id: changed_after(quote) for quote in quotes}
