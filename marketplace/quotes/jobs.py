"""Jobs of quotes."""

from uuid import UUID

from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.quotes.models import Quote
from marketplace.quotes.sending import release


@queue.task(name="quotes.release", retry=AFTER_OUTAGE, priority=5)
def release_held(quote_id: str) -> None:
    """Releases a quote whose minutes are over, unless it was taken back."""
    quote = db.session.get(Quote, UUID(quote_id))
    if quote is not None:
        release(quote)


def release_later(event: Event) -> None:
    """The appointment, made when the quote is held."""
    quote = db.session.get_one(Quote, event.quote_id)
    defer(release_held, schedule_at=quote.held_until, quote_id=str(quote.id))
