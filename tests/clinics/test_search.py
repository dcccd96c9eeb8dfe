"""Search: published clinics only, sorted without money, in few statements however many there are."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from marketplace.clinics import facets, queries
from marketplace.clinics.checks import check_of
from marketplace.clinics.market import market
from marketplace.clinics.search import PAGE, ClinicFilter, search
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound
from tests.factories import Make
from tests.statements import statements_of


def names(wanted: ClinicFilter) -> list[str]:
    return [clinic.name for clinic in search(wanted).rows]


@pytest.mark.parametrize("state", [state for state in ListingState if state != ListingState.PUBLISHED])
def test_only_published_listings_are_found(make_clinic: Make, state: ListingState) -> None:
    make_clinic(listing_state=state)
    assert search(ClinicFilter()).rows == []


@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.SUSPENDED, ListingState.CLOSED])
def test_a_page_is_there_for_published_and_paused_only(make_clinic: Make, state: ListingState) -> None:
    with pytest.raises(NotFound):
        queries.listing(make_clinic(listing_state=state).slug)
    paused = make_clinic(listing_state=ListingState.PAUSED)
    assert queries.listing(paused.slug) is paused


def test_checks_passed_come_first_then_reply_time(make_clinic: Make) -> None:
    make_clinic("Slow", reply_minutes=900)
    make_clinic("Unknown")
    make_clinic("Expired", expired=("prices",), reply_minutes=5)
    make_clinic("Fast", reply_minutes=60)
    assert names(ClinicFilter()) == ["Fast", "Slow", "Unknown", "Expired"]
    assert names(ClinicFilter(sort="reply")) == ["Expired", "Fast", "Slow", "Unknown"]


def test_a_check_over_since_yesterday_does_not_lift_a_clinic(make_clinic: Make) -> None:
    over = make_clinic("Over", reply_minutes=5)
    make_clinic("In date", reply_minutes=900)
    check_of(over, "prices").expires_on = clock.today() - timedelta(days=1)
    assert names(ClinicFilter()) == ["In date", "Over"]
    check_of(over, "prices").expires_on = clock.today()
    assert names(ClinicFilter()) == ["Over", "In date"]


def test_equals_are_shuffled_anew_every_day(make_clinic: Make) -> None:
    for n in range(8):
        make_clinic(f"Clinic {n}")
    orders = set()
    for days in range(4):
        with clock.set_to(clock.now() + timedelta(days=days)):
            orders.add(tuple(names(ClinicFilter())))
            assert names(ClinicFilter()) == names(ClinicFilter())
    assert len(orders) > 1


def test_price_sort_and_limit_use_one_currency(make_clinic: Make) -> None:
    make_clinic("Dear", low=9000)
    make_clinic("Cheap", low=4000)
    assert names(ClinicFilter(sort="price")) == ["Cheap", "Dear"]
    assert names(ClinicFilter(max_price=8999)) == ["Cheap"]


@pytest.mark.parametrize("typed", ["LALE", "  lale  istanbul ", "ıstanbul lale"])
def test_words_are_found_whatever_their_case(make_clinic: Make, typed: str) -> None:
    make_clinic("Clinic Lale")
    assert names(ClinicFilter(q=typed)) == ["Clinic Lale"]


def test_a_per_cent_sign_finds_nothing_by_itself(make_clinic: Make) -> None:
    make_clinic()
    assert names(ClinicFilter(q="%")) == []


def test_pages_are_drawn_into_what_there_is(make_clinic: Make) -> None:
    for n in range(PAGE + 2):
        make_clinic(f"Clinic {n:02}")
    first, last = search(ClinicFilter(sort="name")), search(ClinicFilter(sort="name", page=9))
    assert (len(first.rows), first.total) == (PAGE, (PAGE + 2, False))
    assert ([clinic.name for clinic in last.rows], last.page) == ([f"Clinic {PAGE}", f"Clinic {PAGE + 1}"], 2)


def test_a_page_is_one_statement_however_many_clinics_there_are(make_clinic: Make) -> None:
    for _ in range(2):
        for n in range(6):
            make_clinic(f"Clinic {n}")
        db.session.flush()
        with statements_of(db.engine.engine) as seen:
            assert all(row.prices and row.roles and row.passed_until for row in search(ClinicFilter()).rows)
        assert len(seen) == 1


def test_facets_count_published_listings(make_clinic: Make) -> None:
    make_clinic(languages=["tr", "en"])
    make_clinic(country="PL", city="Kraków", languages=["en"])
    make_clinic(listing_state=ListingState.PAUSED)
    facets.rebuild()
    found = market().facets
    assert found["country"] == {"PL": 1, "TR": 1}
    assert found.places == {("PL", "Kraków"): 1, ("TR", "Istanbul"): 1}
    assert found["language"] == {"en": 2, "tr": 1}
    assert found["procedure"] == {"facial": 2}


@pytest.mark.parametrize(
    "query",
    ["lale-clinic", "clinic,lale", '"lale"', "“Lale”", "la\u200ble", "LÂLE", "Turkey", "türkiye", "lale turkey"],
)
def test_punctuation_accents_and_the_country_do_not_hide_a_clinic(make_clinic: Make, query: str) -> None:
    clinic = make_clinic(search_text="clinic lale istanbul")
    assert [found.clinic_id for found in search(ClinicFilter(q=query)).rows] == [clinic.id]


@pytest.mark.parametrize("query", ["poland", "lale poland", "tu", "nar", "/", "“”"])
def test_a_word_that_fits_nothing_still_finds_nothing(make_clinic: Make, query: str) -> None:
    make_clinic(search_text="clinic lale sisli")
    assert names(ClinicFilter(q=query)) == []


@pytest.mark.parametrize(
    ("city", "slug"),
    [("Şanlıurfa", "sanliurfa"), ("İzmir", "izmir"), ("Muğla / Bodrum", "mugla-bodrum"), ("Łódź", "lodz")],
)
def test_a_city_is_found_by_its_slug_however_it_is_spelled(
    client: Any, make_clinic: Make, city: str, slug: str
) -> None:
    make_clinic(city=city)
    facets.rebuild()
    assert city in client.get(f"/clinics/turkey/{slug}").page.h1
    if "/" not in city:
        assert client.get(f"/clinics/turkey/{quote(city)}").location == f"/clinics/turkey/{slug}"


def test_cities_are_in_the_sitemap(client: Any, make_clinic: Make) -> None:
    make_clinic(city="İzmir")
    facets.rebuild()
    assert "/clinics/turkey/izmir<" in client.get("/sitemap.xml").text
