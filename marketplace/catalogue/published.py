"""The content as public pages show it: read once by a process, and again when its version has moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.catalogue import exchange
from marketplace.catalogue.exchange import Rates
from marketplace.catalogue.market_version import NEVER_READ, market_version
from marketplace.catalogue.models import Guide, PriceRange, Procedure, Treatment
from marketplace.extensions import db
from marketplace.foundation.problems import NotFound


@dataclass(frozen=True)
class Content:
    """All treatments with their procedures, price ranges and guides, and the reference rates; to be read only."""

    version: UUID = NEVER_READ
    treatments: Sequence[Treatment] = ()
    ranges: Sequence[PriceRange] = ()
    guides: Mapping[tuple[UUID, str], Guide] = field(default_factory=dict)
    rates: Rates = field(default_factory=lambda: Rates(date.min, {}))

    def treatment(self, slug: str) -> Treatment:
        """Returns one treatment. Raises NotFound."""
        found = next((each for each in self.treatments if each.slug == slug), None)
        if found is None:
            raise NotFound("treatment")
        return found

    def guide(self, of: Treatment, kind: str) -> Guide:
        """Returns the treatment's guide, questions or aftercare. Raises NotFound."""
        found = self.guides.get((of.id, kind))
        if found is None:
            raise NotFound("guide")
        return found

    def price_ranges(self, of: Treatment) -> list[PriceRange]:
        """Returns the ranges of a treatment's procedures, in the order of the procedures."""
        return [found for found in self.ranges if found.procedure.treatment_id == of.id]


_READ_LAST = {"content": Content()}  # by this process


def content() -> Content:
    """Returns the content as it stands, by one small statement where nothing has changed.

    Its rates are those of the rest of the request.
    """
    return content_of(market_version())


def content_of(version: UUID) -> Content:
    """Returns the same where the version was read with something else, in this session."""
    last = _READ_LAST["content"]
    if version != last.version:
        last = _READ_LAST["content"] = _read(version)
    if last.rates.per_euro:
        exchange.keep(last.rates)
    return last


def _read(version: UUID) -> Content:
    # A session of its own: what it has read stays readable when it is closed, in whatever thread.
    with Session(db.session.connection()) as session:
        treatments = select(Treatment).options(selectinload(Treatment.procedures))
        ranges = select(PriceRange).join(PriceRange.procedure).options(joinedload(PriceRange.procedure))
        return Content(
            version,
            session.scalars(treatments.order_by(Treatment.position, Treatment.name)).all(),
            session.scalars(ranges.order_by(Procedure.position, PriceRange.country)).all(),
            {(guide.treatment_id, guide.kind): guide for guide in session.scalars(select(Guide))},
            exchange.read(),
        )
