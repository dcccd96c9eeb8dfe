"""The marketplace's figures: what is published, and what became of requests; counted by a job, read with the facets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, text

from marketplace.clinics.market import FIGURES, PLACE_PRICES, REAL, SAMPLE, ListingFacet, market
from marketplace.extensions import db

WINDOW = timedelta(days=90)
QUOTED_WITHIN = timedelta(hours=48)
MANY = 3  # quotes, to be compared
REQUESTS = ("requests", "quoted", "quoted_by_many", "answer_minutes")
PRICES = ("prices_kept", "prices_told")
COUNTRIES = ("country_clinics", "country_checks")
COUNTED_APART = (*REQUESTS, *PRICES, *COUNTRIES, *PLACE_PRICES)  # by the hour alone: they read more than listings

_REQUESTS = text("""
    WITH quoted AS (
        SELECT lead_id, min(sent_at) AS quoted_at FROM quote WHERE sent_at >= :since GROUP BY lead_id
    ), asked AS (
        SELECT lead.request_id, clinic.is_sample, lead.new_at, lead.answered_at, quoted.quoted_at
        FROM lead JOIN clinic ON clinic.id = lead.clinic_id JOIN quote_request ON quote_request.id = lead.request_id
        LEFT JOIN quoted ON quoted.lead_id = lead.id
        WHERE clinic.listing_state = 'published' AND quote_request.state <> 'erased' AND lead.new_at >= :since
    ), sent AS (
        SELECT request_id, is_sample, min(new_at) AS sent_at, min(answered_at) AS answered_at,
            array_agg(quoted_at) AS quotes_at FROM asked GROUP BY request_id, is_sample
    ), counted AS (
        SELECT is_sample, answered_at - sent_at AS took,
            (SELECT count(*) FROM unnest(quotes_at) AS each WHERE each <= sent_at + :within) AS quotes
        FROM sent WHERE sent_at <= :until
    )
    SELECT is_sample, count(*), count(*) FILTER (WHERE quotes >= 1), count(*) FILTER (WHERE quotes >= :many),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(extract(epoch FROM took) / 60, 'Infinity'))
    FROM counted GROUP BY is_sample
""")
_PRICES = text("""
    SELECT is_sample, sum(prices_kept), sum(prices_kept + prices_raised)
    FROM track_record JOIN clinic ON clinic.id = track_record.clinic_id
    WHERE clinic.listing_state = 'published' GROUP BY is_sample
""")
_COUNTRIES = text("""
    SELECT is_sample, country, count(*),
        sum((SELECT count(*) FROM unnest(passed_until) AS last_day WHERE last_day >= :today))
    FROM clinic_card GROUP BY is_sample, country
""")
# Of each treatment its first procedure alone, so that there are no more of them than cities.
_PLACE_PRICES = text("""
    WITH first AS (SELECT DISTINCT ON (treatment_id) id, slug FROM procedure ORDER BY treatment_id, position)
    SELECT first.slug, card.country, coalesce(card.city, ''), count(*), min(offer.low_eur),
        max(round(offer.high::numeric * offer.low_eur / offer.low))
    FROM clinic_offer AS offer JOIN first ON first.id = offer.procedure_id
    JOIN clinic_card AS card ON card.clinic_id = offer.clinic_id
    GROUP BY GROUPING SETS ((first.slug, card.country, card.city), (first.slug, card.country))
""")


def recount(now: datetime) -> None:
    """Counts again what became of the requests of the last 90 days, prices kept, checks by country, prices by place.

    A request counts once 48 hours have passed; one that nobody answered takes for ever, so the middle may not be known.
    """
    db.session.execute(delete(ListingFacet).where(ListingFacet.dimension.in_(COUNTED_APART)))
    span = {"since": now - WINDOW, "until": now - QUOTED_WITHIN, "within": QUOTED_WITHIN, "many": MANY}
    rows = [
        (name, _kind(row[0]), number)
        for names, found in ((REQUESTS, db.session.execute(_REQUESTS, span)), (PRICES, db.session.execute(_PRICES)))
        for row in found
        for name, number in zip(names, row[1:], strict=True)
        if number is not None and number != float("inf")
    ]
    for is_sample, country, *numbers in db.session.execute(_COUNTRIES, {"today": now.date()}):
        rows += [(name, f"{_kind(is_sample)}/{country}", n) for name, n in zip(COUNTRIES, numbers, strict=True)]
    for procedure, country, city, *numbers in db.session.execute(_PLACE_PRICES):
        rows += [(name, f"{procedure}/{country}/{city}", n) for name, n in zip(PLACE_PRICES, numbers, strict=True)]
    if rows:
        stored = [{"dimension": name, "value": value, "count": int(count)} for name, value, count in rows]
        db.session.execute(insert(ListingFacet), stored)


def _kind(is_sample: bool) -> str:
    return SAMPLE if is_sample else REAL


class CountryFigures(NamedTuple):
    """The published clinics of a country, and their checks that are passed and in date."""

    country: str
    clinics: int
    checks: int


@dataclass(frozen=True)
class MarketFigures:
    """Published clinics, leads sent to them and leads they answered; `sample` where all of it is invented.

    Of the last 90 days: requests, those with a quote and with three within 48 hours, and the middle time to the first
    answer; None where half of them have none.
    """

    clinics: int
    sent: int
    answered: int
    sample: bool
    requests: int = 0
    quoted: int = 0
    quoted_by_many: int = 0
    answer_minutes: int | None = None
    prices_kept: int = 0
    prices_told: int = 0
    countries: tuple[CountryFigures, ...] = ()


def market_figures() -> MarketFigures:
    """Returns the last figures of the real published clinics, or of the samples while there is no real one."""
    found = market().facets
    is_sample = not found["clinics"].get(REAL) and bool(found["clinics"].get(SAMPLE))
    kind = _kind(is_sample)
    clinics, sent, answered = (found[name].get(kind, 0) for name in FIGURES)
    counts = {name: found[name].get(kind, 0) for name in (*REQUESTS[:-1], *PRICES)}
    checks, places = found["country_checks"], found["country_clinics"]
    countries = sorted(
        (value.partition("/")[2], n, checks.get(value, 0)) for value, n in places.items() if _is(value, kind)
    )
    return MarketFigures(
        clinics,
        sent,
        answered,
        is_sample,
        **counts,
        answer_minutes=found["answer_minutes"].get(kind),
        countries=tuple(CountryFigures(*each) for each in countries),
    )


def _is(value: str, kind: str) -> bool:
    return value.partition("/")[0] == kind
