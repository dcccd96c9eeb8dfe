"""The marketplace's figures: what is counted of which requests, and how little of it is told of few."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.clinics import facets
from marketplace.clinics.market_figures import CountryFigures, MarketFigures, market_figures, recount
from marketplace.clinics.track_records import track_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.web.public.figures import country_rows, figure_cards, in_short
from tests.factories import Make, build_quote, build_request


def figures() -> MarketFigures:
    """What is counted now."""
    facets.rebuild()
    recount(clock.now())
    return market_figures()


def told() -> dict[str, str]:
    """The words of each figure by its label."""
    return {row.label: row.words for card in figure_cards(figures()) for row in card.rows}


@pytest.fixture
def quoted(make_clinic: Make) -> Any:
    """Three days ago: a request with three quotes after an hour, and one with silence."""
    clinics = [make_clinic(f"Clinic {n}") for n in range(3)]
    sent = clock.now() - timedelta(days=3)
    with clock.set_to(sent):
        request = build_request(*clinics)
        build_request(clinics[0], email="other@patient.example")
    with clock.set_to(sent + timedelta(hours=1)):
        for lead in db.session.scalars(select(Lead).where(Lead.request_id == request.id)):
            build_quote(lead)
    return clinics


def test_requests_are_counted_with_their_quotes_and_their_silence(quoted: Any) -> None:
    found = figures()
    assert (found.requests, found.quoted, found.quoted_by_many, found.answer_minutes) == (2, 1, 1, 60)


def test_a_request_counts_once_its_time_is_over_and_until_it_is_old(quoted: Any) -> None:
    build_request(quoted[0], email="late@patient.example")
    assert figures().requests == 2
    with clock.set_to(clock.now() + timedelta(days=88)):
        assert figures().requests == 1


def test_the_answer_stands_first_from_enough_requests_on() -> None:
    many = MarketFigures(9, 60, 50, sample=False, requests=12, quoted=11, quoted_by_many=5, answer_minutes=180)
    assert in_short(many) == "11 of 12 requests had a quote within 2 days; half had an answer within 3 hours."
    assert in_short(replace(many, answer_minutes=None)).endswith("half of them had no answer.")
    assert in_short(replace(many, requests=4)) is None


def test_a_country_has_its_checks_of_all_there_could_be() -> None:
    found = MarketFigures(2, 0, 0, sample=False, countries=(CountryFigures("TR", 2, 11),))
    assert country_rows(found) == [("Türkiye", "/clinics/turkey", 2, "11 of 12", 92)]


def test_checks_in_date_are_counted_by_country(make_clinic: Make) -> None:
    for n in range(2):
        make_clinic(f"Clinic {n}", expired=("insurance",) if n else ())
    assert [tuple(each) for each in figures().countries] == [("TR", 2, 11)]


def test_prices_kept_are_told_from_five_on(make_clinic: Make) -> None:
    kept = track_record(make_clinic().id)
    kept.prices_kept, kept.prices_raised = 3, 1
    db.session.flush()
    assert "4" not in told()["Price kept, as patients say"]
    kept.prices_kept = 4
    db.session.flush()
    assert told()["Price kept, as patients say"] == "4 of 5"


def test_listings_are_counted_without_reading_requests_again(quoted: Any) -> None:
    before = figures()
    facets.rebuild()
    assert market_figures() == before
