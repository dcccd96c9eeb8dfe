"""Reads treatments, procedures, price ranges and guides, to go with what else a transaction reads or writes."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import Guide, PriceRange, Procedure, Treatment
from marketplace.extensions import db
from marketplace.foundation.problems import NotFound


def treatments() -> list[Treatment]:
    """Returns all treatments in their order, with their procedures."""
    query = select(Treatment).options(selectinload(Treatment.procedures)).order_by(Treatment.position, Treatment.name)
    return list(db.session.scalars(query))


def guide(of: Treatment, kind: str) -> Guide:
    """Returns the treatment's guide, questions or aftercare. Raises NotFound."""
    found = db.session.scalar(select(Guide).where(Guide.treatment_id == of.id, Guide.kind == kind))
    if found is None:
        raise NotFound("guide")
    return found


def price_ranges(treatment_slug: str, *, country: str | None = None) -> list[PriceRange]:
    """Returns the ranges of a treatment's procedures, of one country or all, in the order of the procedures."""
    query = select(PriceRange).join(PriceRange.procedure).join(Procedure.treatment)
    query = query.where(Treatment.slug == treatment_slug).options(joinedload(PriceRange.procedure))
    if country:
        query = query.where(PriceRange.country == country)
    return list(db.session.scalars(query.order_by(Procedure.position, PriceRange.country)))
