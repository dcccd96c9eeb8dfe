"""Compares a quote's price with the clinic's own list and the range of its country."""

from dataclasses import dataclass

from babel import Locale
from flask_babel import get_locale, gettext
from sqlalchemy import select

from marketplace.catalogue import exchange
from marketplace.catalogue.models import PriceRange
from marketplace.extensions import db
from marketplace.foundation.values.money import written
from marketplace.leads.models import Lead
from marketplace.quotes.terms import QuoteTerms

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
        # What a session comes to after the discount counts, too; a total of nothing is said by another rule.
        charged = terms.total or terms.sessions * terms.price_per_session
        if terms.price_per_session > FAR * high or FAR * charged < terms.sessions * low:
            return Outside(terms.price_per_session, low, high, terms.currency, basis)
    return None


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
