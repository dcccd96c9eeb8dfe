"""A person from any country can ask; where we have no travel estimate the pages say so and take the person's own."""

from collections.abc import Mapping
from typing import Any

import pytest

from marketplace.catalogue.geography import NoEstimateError, everywhere, homes, travel, zone_of
from marketplace.leads.models import Lead
from tests.factories import Make, build_lead
from tests.reading import words
from tests.web.patient.filling import answer_until, reach_check
from tests.web.patient.test_request_pages import opened

OWN = {"fare": "400", "night": "50"}


def from_kenya() -> Lead:
    """A lead of somebody who lives where we estimate no travel from."""
    return build_lead(home_country="KE")


def test_every_country_can_be_a_home(client: Any) -> None:
    answer_until(client, "where")
    offered = client.get("/get-quotes/where").page.one("select", name="home_country").iter("option")
    assert {option.get("value") for option in offered} == {"", *everywhere()}
    assert {"KE", "AR", "CN", "PH", "XK"} <= set(everywhere()) - set(homes())


def test_no_estimate_is_invented() -> None:
    with pytest.raises(NoEstimateError):
        travel("KE", "TR")
    assert zone_of("KE") == "Africa/Nairobi"


def test_the_cards_count_the_treatment_alone_and_say_so(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    fields = reach_check(client, clinic.slug, where={"home_country": "PH"})
    text = client.get("/get-quotes/clinics").page.text
    assert "without travel: we have no estimate from the Philippines" in text
    assert client.post("/get-quotes/check", data={**fields, "adult": "y"}).status_code == 303


@pytest.mark.parametrize("page", ["", "/compare", "/compare?view=treatment", "/quotes/1", "/clinics"])
@pytest.mark.parametrize("own", [{}, OWN], ids=["none", "own"])
def test_a_request_from_there_can_be_read(client: Any, make_quote: Make, page: str, own: Mapping[str, str]) -> None:
    base = opened(client, make_quote(from_kenya()).lead.request)
    client.get(f"{base}/compare", query_string=own)
    shown = client.get(base + page)
    assert shown.status_code == 200


def test_a_total_comes_of_ones_own_figures(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote(from_kenya()).lead.request)
    assert "no travel estimate from Kenya: type your own" in client.get(f"{base}/compare").page.text
    table = client.get(f"{base}/compare", query_string=OWN).page.one("table")
    assert "Not known" not in words(table)
    assert "no travel estimate" in client.get(f"{base}/quotes/1?fare=&night=").page.text
