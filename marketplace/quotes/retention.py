"""What a clinic wrote for one person goes with that person's request; numbers, products and dates stay."""

from uuid import UUID

from sqlalchemy import select, update

from marketplace.extensions import db
from marketplace.quotes.models import Quote

WORDS = {"message_sealed": None, "answers_sealed": None, "if_something_goes_wrong": None}


def empty_those_of(request_id: UUID) -> list[UUID]:
    """The quotes of the request, without what was typed into them."""
    quotes = list(db.session.scalars(select(Quote.id).where(Quote.request_id == request_id)))
    db.session.execute(update(Quote).where(Quote.id.in_(quotes)).values(**WORDS))
    return quotes
