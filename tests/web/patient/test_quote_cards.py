"""The cards of a request's page: the total for the patient as it is compared, and the lowest first."""

from typing import Any

import pytest

from marketplace.aftercare import plans
from marketplace.foundation import clock
from marketplace.leads.queries import leads_of
from marketplace.quotes import choosing, stopping
from marketplace.quotes.models import Quote
from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def three(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Quote]:
    """Quotes of three clinics, the last of them the cheapest."""
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"), trips="3")
    prices = {"Clinic A": 15000, "Clinic B": 12000, "Clinic C": 9000}
    leads = sorted(leads_of(request), key=lambda lead: lead.clinic.name)
    each = [(lead, prices[lead.clinic.name]) for lead in leads]
    return [make_quote(lead, price_per_session=price, total=4 * price) for lead, price in each]


@pytest.mark.parametrize("figures", ["", "?fare=100&night=50"])
def test_a_card_shows_the_total_that_is_compared(client: Any, three: list[Quote], figures: str) -> None:
    base = opened(client, three[0].lead.request)
    compared = client.get(f"{base}/compare{figures}").page  # figures of this visit count on both pages
    cells = [cell for cell in compared.all("td") if "row-total" in (cell.get("headers") or "")]
    totals = [words(next(cell.iter("data"))) for cell in cells]
    page = client.get(base).page
    assert [words(price) for price in page.all("span", class_="price")] == totals
    assert len(set(totals)) == 3
    assert all(total.startswith("£") for total in totals)
    assert "4 trips of 2 nights" in page.text
    assert "Clinic's price for the course €360 (about £" in page.text


def test_of_one_need_the_lowest_total_stands_first(client: Any, three: list[Quote]) -> None:
    page = client.get(opened(client, three[0].lead.request)).page
    assert [words(name) for name in page.all("h3")][:3] == ["Clinic C", "Clinic B", "Clinic A"]
    assert "Lowest total for you first." in page.text
    assert "Travel: our estimate of" in page.text


def test_a_card_says_that_its_plan_cannot_be_done(client: Any, make_lead: Make, make_quote: Make) -> None:
    short = {"trips": 2, "nights_per_trip": 2, "session_gap_weeks": 3}
    quote = make_quote(make_lead(trips="3"), **short, keep_plan=True, message="You live near by.")
    text = client.get(opened(client, quote.lead.request)).page.text
    assert "Cannot be done in 2 trips of 2 nights" in text
    assert "Counted as 4 trips of 2 nights." in text


def test_once_treated_nothing_of_the_choice_is_left(client: Any, three: list[Quote]) -> None:
    request = three[0].lead.request
    choosing.choose(three[0])
    base = opened(client, request)
    assert "Total for you" in client.get(base).page.text
    plans.set_first_session(request, clock.today())
    stopping.suspend(three[0].lead.clinic, reasons=["patient_report"], statement="Two patients report another price.")
    text = client.get(base).page.text
    for words_ in (
        "valid until",
        "Total for you",
        "Travel:",
        "before you pay",
        "Be asked how",
        "to choose from",
        "Compare",
    ):
        assert words_ not in text
    assert "Clinic's price for the course €600 (about £" in text
    assert "read what changed about Clinic A" in text


def test_the_rates_are_named_in_a_currency_without_cents(client: Any, make_lead: Make, make_quote: Make) -> None:
    base = opened(client, make_quote(make_lead(home_country="JP")).lead.request)
    for page in ("", "/compare"):
        text = client.get(base + page).page.text
        assert "¥" in text
        assert "Converted at European Central Bank reference rates of" in text
