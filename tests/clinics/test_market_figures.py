"""The marketplace's figures: what is counted of which requests, and how little of it is told of few."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.clinics import facets
from marketplace.clinics.market_figures import MarketFigures, market_figures, recount
from marketplace.clinics.track_records import track_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.web.public.figures import figure_cards
from tests.factories import Make, build_quote, build_request


def figures() -> MarketFigures:
    """What is counted now."""
    facets.rebuild()
    recount(clock.now())
    return market_figures()


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


def test_checks_in_date_are_counted_by_country(make_clinic: Make) -> None:
    for n in range(2):
        make_clinic(f"Clinic {n}", expired=("insurance",) if n else ())
    assert [tuple(each) for each in figures().countries] == [("TR", 2, 11)]


def test_prices_kept_are_told_from_five_on(make_clinic: Make) -> None:
    kept = track_record(make_clinic().id)
    kept.prices_kept, kept.prices_raised = 3, 1
    db.session.flush()
    assert "4" not in dict(figure_cards(figures())[0].rows)["Price kept, as patients say"]
    kept.prices_kept = 4
    db.session.flush()
    assert dict(figure_cards(figures())[0].rows)["Price kept, as patients say"] == "4 of 5"


def test_listings_are_counted_without_reading_requests_again(quoted: Any) -> None:
    before = figures()
    facets.rebuild()
    assert market_figures() == before
