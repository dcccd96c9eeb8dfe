"""Work about listings that a page does not wait for."""

from marketplace.clinics import facets
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue


@queue.task(name="clinics.count_listings", retry=AFTER_OUTAGE)
def count_listings() -> None:
    """Counts are made again from the listings themselves: running it twice changes nothing."""
    facets.rebuild()


def count_again(_event: Event) -> None:
    """Many changes in a moment need one count."""
    defer(count_listings, queueing_lock="clinics.count_listings")
