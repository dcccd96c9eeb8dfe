"""What of a quote is pointed out: some of it to the clinic before it is sent, all of it to an operator.

A price is compared with the clinic's own list and the range of its country. An operator reads the sentences where
they stand; they are stored nowhere else.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from babel import Locale
from flask_babel import get_locale, gettext
from sqlalchemy import select

from marketplace.catalogue import exchange
from marketplace.catalogue.models import PriceRange
from marketplace.extensions import db
from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.foundation.values.money import written
from marketplace.leads.messages import body_of
from marketplace.leads.models import Lead
from marketplace.quotes.models import Quote
from marketplace.quotes.states import PriceReason
from marketplace.quotes.terms import FIELDS, QuoteTerms, terms_of
from marketplace.reviews import actions as reviews
from marketplace.reviews.doubtful_words import BY_TICK, asked_about, contact, doubtful, pressing
from marketplace.reviews.models import Detail, ReviewKind

FAR = 2  # times the high end, or a part of the low end


@dataclass(frozen=True)
class Outside:
    """A price per session far from the usual one; amounts in minor units of the quote's currency."""

    price: int
    low: int
    high: int
    currency: str
    basis: str  # own_list or the country

    def words(self, country: str) -> str:
        """Returns the sentence for the clinic: the figures, and what to do."""
        locale = get_locale() or Locale("en")
        facts = {
            "price": written(self.price, self.currency, locale=locale),
            "low": written(self.low, self.currency, locale=locale),
            "high": written(self.high, self.currency, locale=locale),
        }
        if self.basis == "own_list":
            return gettext(
                "%(price)s a session is far from your price list (%(low)s to %(high)s)."
                " Change the price, or select why it is right",
                **facts,
            )
        return gettext(
            "%(price)s a session is far from the usual range in %(country)s (%(low)s to %(high)s)."
            " Change the price, or select why it is right",
            country=locale.territories.get(country, country),
            **facts,
        )


def outside(lead: Lead, terms: QuoteTerms) -> Outside | None:
    """Compares the price with the clinic's own list, then its country's range; None where it is usual."""
    for basis, low, high in _ranges(lead, terms):
        if is_far(terms, low, high):
            return Outside(terms.price_per_session, low, high, terms.currency, basis)
    return None


class Priced(Protocol):
    """The fields of a quote that say what a session comes to."""

    @property
    def sessions(self) -> int: ...

    @property
    def price_per_session(self) -> int: ...

    @property
    def total(self) -> int: ...


def is_far(terms: Priced, low: int, high: int) -> bool:
    """Returns whether the price of a session is far from a range in the same currency.

    What it comes to after the discount counts, too; a total of nothing is said by another rule.
    """
    charged = terms.total or terms.sessions * terms.price_per_session
    return terms.price_per_session > FAR * high or FAR * charged < terms.sessions * low


def _ranges(lead: Lead, terms: QuoteTerms) -> list[tuple[str, int, int]]:
    own = [
        ("own_list", price.low, price.high)
        for price in lead.clinic.prices
        if price.procedure_id == terms.procedure_id and price.currency == terms.currency
    ]
    query = select(PriceRange).where(PriceRange.procedure_id == terms.procedure_id)
    usual = db.session.scalars(query.where(PriceRange.country == lead.clinic.country)).all()
    if not usual:
        return own
    try:
        ends = [
            [exchange.convert(end, found.currency, terms.currency).minor for end in (found.low, found.high)]
            for found in usual
        ]
    except exchange.NoRate:
        return own
    return [*own, ("country", min(low for low, _high in ends), max(high for _low, high in ends))]


KINDS = (
    *(ReviewKind.PRICE_OUTSIDE_RANGE, ReviewKind.ZERO_TOTAL, ReviewKind.DOUBTFUL_WORDS),
    *(ReviewKind.CONTACT_DETAILS, ReviewKind.PRESSURE),
)


@dataclasses.dataclass(frozen=True)
class Confirmed:
    """What the clinic answered to the flags: why the price is right, and that the rest is meant."""

    price_reason: PriceReason | None = None
    as_it_is: bool = False


@dataclasses.dataclass(frozen=True)
class Flag:
    """One flag at one field; `problem` is what the clinic is asked first, None where only an operator is told."""

    kind: ReviewKind | None
    field: str
    problem: FieldProblem | None = None
    detail: Detail = dataclasses.field(default_factory=dict)


def flags_of(lead: Lead, terms: QuoteTerms) -> list[Flag]:
    """Returns everything in the terms that is worth pointing out."""
    return [*_amounts(lead, terms), *_dates(terms), *_words(terms)]


def unconfirmed(flags: list[Flag], confirmed: Confirmed) -> list[FieldProblem]:
    """Returns the problems that the clinic has not confirmed yet."""
    asked = [flag for flag in flags if flag.problem and not _answered(flag, confirmed)]
    return [flag.problem for flag in asked if flag.problem]


def _answered(flag: Flag, confirmed: Confirmed) -> bool:
    is_price = flag.kind == ReviewKind.PRICE_OUTSIDE_RANGE
    return confirmed.price_reason is not None if is_price else confirmed.as_it_is


def put_before_operator(quote: Quote, flags: list[Flag], confirmed: Confirmed) -> None:
    """Opens one review item per kind, with codes and numbers; the words stay in the quote."""
    for kind in dict.fromkeys(flag.kind for flag in flags if flag.kind):
        of_kind = [flag for flag in flags if flag.kind == kind]
        detail: Detail = {"field": ", ".join(sorted({flag.field for flag in of_kind}))}
        for flag in of_kind:
            detail |= flag.detail
        if kind == ReviewKind.PRICE_OUTSIDE_RANGE and confirmed.price_reason:
            detail["reason"] = confirmed.price_reason
        about = {"clinic_id": quote.lead.clinic_id, "request_id": quote.request_id}
        reviews.open_item(kind, subject_id=quote.id, detail=detail, **about)


def close_items(quote: Quote) -> None:
    """Closes the review items of a quote that never went out or no longer stands."""
    for kind in (*KINDS, ReviewKind.IMPOSSIBLE_PLAN):
        reviews.close_items_of(quote.id, kind=kind)


def _amounts(lead: Lead, terms: QuoteTerms) -> Iterator[Flag]:
    found = outside(lead, terms)
    if found is not None:
        at, words = "price_per_session", found.words(lead.clinic.country)
        facts: Detail = {"price": found.price, "low": found.low, "high": found.high, "basis": found.basis}
        problem = FieldProblem("price_outside_range", words, at)
        yield Flag(ReviewKind.PRICE_OUTSIDE_RANGE, at, problem, facts | {"currency": found.currency})
    if terms.total == 0:
        words = gettext("The total is nothing. Change the discount, or tick “Send it as it is”")
        yield Flag(ReviewKind.ZERO_TOTAL, "total", FieldProblem(BY_TICK, words, "total"))


def _dates(terms: QuoteTerms) -> Iterator[Flag]:
    if terms.earliest_date and terms.earliest_date > terms.valid_until:
        words = gettext(
            "The earliest date is after the last day of this price. Change one of them, or tick “Send it as it is”"
        )
        yield Flag(None, "earliest_date", FieldProblem(BY_TICK, words, "earliest_date"))


def _words(terms: QuoteTerms) -> Iterator[Flag]:
    for at, text in texts_of(terms).items():
        if doubtful(text):
            yield Flag(ReviewKind.DOUBTFUL_WORDS, at)
        for kind, problem in asked_about(text, at=at):
            # Whom to call when something goes wrong is what that field is for.
            if not (at == "if_something_goes_wrong" and kind == ReviewKind.CONTACT_DETAILS):
                yield Flag(kind, at, problem)


def texts_of(terms: QuoteTerms) -> dict[str, str]:
    """Returns every text of a quote that a clinic types, by its field."""
    given = {name: getattr(terms, name) or "" for name, about in FIELDS.items() if about.is_typed}
    return given | {f"answers-{n}": text for n, text in enumerate(terms.answers, start=1)}


FINDERS: dict[ReviewKind, Callable[[str], list[str]]] = {
    ReviewKind.DOUBTFUL_WORDS: doubtful,
    ReviewKind.CONTACT_DETAILS: contact,
    ReviewKind.PRESSURE: pressing,
}


def flagged_sentences(kind: ReviewKind, subject_id: UUID) -> list[str]:
    """Returns the sentences of a quote or a message that an item is about; none once its request is erased."""
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
