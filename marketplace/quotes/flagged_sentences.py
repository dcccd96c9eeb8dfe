"""The sentences of a clinic that an operator is asked to read: found again where they stand, stored nowhere else."""

from collections.abc import Callable
from uuid import UUID

from marketplace.extensions import db
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.leads.messages import body_of
from marketplace.quotes.flags import texts_of
from marketplace.quotes.models import Quote
from marketplace.quotes.terms import terms_of
from marketplace.reviews.doubtful_words import contact, doubtful, pressing
from marketplace.reviews.states import ReviewKind

FINDERS: dict[ReviewKind, Callable[[str], list[str]]] = {
    ReviewKind.DOUBTFUL_WORDS: doubtful,
    ReviewKind.CONTACT_DETAILS: contact,
    ReviewKind.PRESSURE: pressing,
}


def sentences(kind: ReviewKind, subject_id: UUID) -> list[str]:
    """What of a quote or a message the item is about; nothing once its request is erased."""
    find = FINDERS.get(kind)
    if find is None:
        return []
    try:
        texts = _texts(subject_id)
    except CannotOpen:
        return []
    return [sentence for text in texts for sentence in find(text)]


def _texts(subject_id: UUID) -> list[str]:
    quote = db.session.get(Quote, subject_id)
    return list(texts_of(terms_of(quote)).values()) if quote else [body_of(subject_id)]
