"""The sample clinics' quotes: from their own price lists, each a little different."""

from dataclasses import replace
from datetime import timedelta

from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.quotes import drafting, pending
from marketplace.quotes.models import Quote
from marketplace.quotes.prefilling import prefill

STAY = (
    ("hotel", "transfer", "numbing"),
    ("numbing", "follow_up"),
    ("interpreter", "aftercare_kit", "follow_up"),
)


def send_quote(lead: Lead, *, position: int) -> Quote:
    """Sends a quote that counts as released and mailed: nothing is left for a timer."""
    base = prefill(lead)
    per_session = base.price_per_session or 10_000
    sessions = base.sessions or 4
    discount = per_session // 2 if position == 1 else 0
    total = sessions * per_session - discount
    terms = replace(
        base,
        sessions=sessions,
        price_per_session=per_session,
        discount=discount,
        total=total,
        deposit=0 if position == 2 else total // 10,
        included=STAY[position % len(STAY)],
        valid_until=(clock.now() + timedelta(days=30 + 15 * position)).date(),
    )
    quote = drafting.submit_quote(lead, terms)
    pending.release(quote)
    quote.mailed_at = lead.request.quotes_mailed_at = clock.now()
    return quote
