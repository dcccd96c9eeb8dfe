"""How many published listings have a value: counted by a job when a listing changes, not when a page is read."""

from sqlalchemy import delete, func, insert, select

from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import Clinic, ClinicPrice, ListingFacet
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue

_LIVE = Clinic.listing_state == ListingState.PUBLISHED


def rebuild() -> None:
    """Counts all published listings again; readers see the old counts until the commit. A city is "TR/Istanbul"."""
    # One at a time: two rebuilds at once would insert the same rows.
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("listing_facet"))))
    db.session.execute(delete(ListingFacet))
    language = func.unnest(Clinic.languages).label("value")
    spoken = select(Clinic.id, language).where(_LIVE).subquery()
    city = func.concat(Clinic.country, "/", Clinic.city)
    offered = select(Procedure.slug, func.count()).join(ClinicPrice, ClinicPrice.procedure_id == Procedure.id)
    offered = offered.join(Clinic, Clinic.id == ClinicPrice.clinic_id).where(_LIVE).group_by(Procedure.slug)
    counts = {
        "country": select(Clinic.country, func.count()).where(_LIVE).group_by(Clinic.country),
        "city": select(city, func.count()).where(_LIVE).group_by(city),
        "language": select(spoken.c.value, func.count()).group_by(spoken.c.value),
        "procedure": offered,
    }
    rows = [
        {"dimension": dimension, "value": value, "count": count}
        for dimension, query in counts.items()
        for value, count in db.session.execute(query)
    ]
    if rows:
        db.session.execute(insert(ListingFacet), rows)


@queue.task(name="clinics.count_listings", retry=AFTER_OUTAGE)
def count_listings() -> None:
    """Counts again from the listings themselves; running it twice changes nothing."""
    rebuild()


def count_again(_event: Event) -> None:
    """Queues one count, however many changes come in a moment."""
    defer(count_listings, queueing_lock="clinics.count_listings")
