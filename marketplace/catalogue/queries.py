"""Reads treatments, procedures, price ranges and guides."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import Guide, PriceRange, Procedure, Treatment
from marketplace.extensions import db
from marketplace.foundation.problems import NotFound


def treatments() -> list[Treatment]:
    """Returns all treatments in their order, with their procedures."""
    query = select(Treatment).options(selectinload(Treatment.procedures)).order_by(Treatment.position, Treatment.name)
    return list(db.session.scalars(query))


def treatment(slug: str) -> Treatment:
    """Returns one treatment with its procedures. Raises NotFound."""
    query = select(Treatment).where(Treatment.slug == slug).options(selectinload(Treatment.procedures))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("treatment")
    return found


def procedures(treatment_slug: str) -> list[Procedure]:
    """Returns a treatment's procedures in their order. Raises NotFound."""
    return treatment(treatment_slug).procedures


def procedure(slug: str) -> Procedure:
    """Returns one procedure by its slug. Raises NotFound."""
    found = db.session.scalar(select(Procedure).where(Procedure.slug == slug))
    if found is None:
        raise NotFound("procedure")
    return found


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
