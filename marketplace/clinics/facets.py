"""How many published listings have a value: counted by a job when a listing changes, not when a page is read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    TableSample,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    tablesample,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import array

from marketplace.catalogue.market_version import MarketVersion
from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.list_statements import RANKS
from marketplace.clinics.market import FIGURES, REAL, SAMPLE, ListingFacet
from marketplace.clinics.market_figures import COUNTED_APART, recount
from marketplace.clinics.models import Clinic
from marketplace.clinics.search_terms import ORDERS, SearchTier
from marketplace.clinics.states import ListingState
from marketplace.clinics.summaries import ClinicCard, ClinicOffer
from marketplace.clinics.text_search import FREQUENT
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue

SAMPLED = 50_000  # clinics whose words are counted
COUNTED_EVERY = timedelta(hours=1)  # for figures that change without an event: leads sent and answered


def rebuild() -> None:
    """Counts all published listings again; readers see the old counts until the commit. A city is "TR/Istanbul"."""
    # One at a time: two rebuilds at once would insert the same rows.
    db.session.execute(update(MarketVersion).values(version=func.gen_random_uuid(), counted_at=clock.now()))
    db.session.execute(delete(ListingFacet).where(ListingFacet.dimension.not_in(COUNTED_APART)))
    part, share = _part()
    counted = [select(literal(name), query.c[0], query.c[1]) for name, query in _counts(part, share).items()]
    db.session.execute(insert(ListingFacet).from_select(["dimension", "value", "count"], union_all(*counted)))
    _count_tiers(part, share)


def _part() -> tuple[TableSample, float]:
    """Returns a part of the cards, where there are many, and which share of them it is."""
    clinics = db.session.scalar(select(func.count()).select_from(ClinicCard)) or 0
    share = min(1.0, SAMPLED / max(1, clinics))
    return tablesample(ClinicCard.__table__, func.system(share * 100)), share


def _counts(part: TableSample, share: float) -> dict[str, Any]:
    """Returns for each dimension a query of its values and their counts."""
    language = func.unnest(ClinicCard.languages).label("value")
    spoken = select(ClinicCard.clinic_id, language).subquery()
    lowest = select(Treatment.slug, ClinicOffer.country).join(ClinicOffer, ClinicOffer.treatment_id == Treatment.id)
    offered = lowest.where(ClinicOffer.is_lowest).subquery()
    priced = select(Procedure.slug).join(ClinicOffer, ClinicOffer.procedure_id == Procedure.id).subquery()
    values = {
        "country": ClinicCard.country,
        "city": func.concat(ClinicCard.country, "/", ClinicCard.city),
        "language": spoken.c.value,
        "procedure": priced.c.slug,
        "treatment": offered.c.slug,
        "treatment_country": func.concat(offered.c.slug, "/", offered.c.country),
    }
    counted = {name: _counted(value, func.count()).subquery() for name, value in values.items()}
    return counted | {"word": _frequent_words(part, share)} | _figures()


def _frequent_words(part: TableSample, share: float) -> Subquery:
    """Returns about how many clinics have each frequent word, from a part of the market where it is large."""
    word = func.unnest(func.string_to_array(part.c.search_text, " ")).label("word")
    words = select(part.c.clinic_id, word).distinct().subquery()
    count = cast(func.count() / share, BigInteger)
    return _counted(words.c.word, count).having(count >= FREQUENT).subquery()


def _count_tiers(part: TableSample, share: float) -> None:
    """Notes about how many clinics are in each tier: how large the steps through them are, and nothing else."""
    ranks = {ORDERS[sort]: part.c[rank] for sort, rank in RANKS.items()}
    tier = func.unnest(array([func.search_tier_of(name, rank, part.c.shuffle) for name, rank in ranks.items()]))
    clinics = select(tier.label("tier")).subquery()
    found = _counted(clinics.c.tier, cast(func.count() / share, BigInteger).label("clinics")).subquery()
    every = select(SearchTier.tier, func.coalesce(found.c.clinics, 0).label("clinics"))
    each = every.outerjoin(found, found.c.tier == SearchTier.tier).subquery()
    changed = (SearchTier.tier == each.c.tier) & (SearchTier.clinics != each.c.clinics)
    db.session.execute(update(SearchTier).where(changed).values(clinics=each.c.clinics))


def _counted(value: SQLColumnExpression[Any], count: ColumnElement[int]) -> Select[str, int]:
    return select(value, count).group_by(value)


def _figures() -> dict[str, Any]:
    """Returns the clinics, and the leads sent to them and answered by them, real clinics and samples apart."""
    kind = case((Clinic.is_sample, SAMPLE), else_=REAL)
    sums = (func.count(), func.sum(Clinic.leads_sent), func.sum(Clinic.leads_answered))
    live = Clinic.listing_state == ListingState.PUBLISHED
    return {name: _counted(kind, total).where(live).subquery() for name, total in zip(FIGURES, sums, strict=True)}


def recount_due(now: datetime) -> int:
    """Counts again where the last count is an hour old; returns how many counts there were."""
    due = select(MarketVersion.id).where(MarketVersion.counted_at < now - COUNTED_EVERY)
    if db.session.scalar(due) is None:
        return 0
    rebuild()
    recount(now)
    return 1


@queue.task(name="clinics.count_listings", retry=AFTER_OUTAGE)
def count_listings() -> None:
    """Counts again from the listings themselves; running it twice changes nothing."""
    rebuild()


def count_again(_event: Event) -> None:
    """Queues one count, however many changes come in a moment."""
    defer(count_listings, queueing_lock="clinics.count_listings")
