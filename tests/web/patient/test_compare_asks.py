"""What stands beside the compared figures: what to ask, what is left out, and quotes that do not count or are none."""

from typing import Any

import pytest

from marketplace.leads.queries import leads_of
from marketplace.quote_requests.read_only_links import make_link
from marketplace.quotes.choosing import decline
from marketplace.quotes.missing import missing_labels
from marketplace.quotes.models import Quote
from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened

NOBODY, QUESTION = "Nobody is named who treats you", "Who will treat me?"
AGAINST = "You decided against it"


@pytest.fixture
def three(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Quote]:
    """The quotes of clinics A, B and C; the last names who treats."""
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"))
    nobody: dict[str, str | None] = {"practitioner_name": None}
    named = {"practitioner_name": "Dr Ayşe Demir", "if_something_goes_wrong": "A free review visit"}
    leads = sorted(leads_of(request), key=lambda lead: lead.clinic.name)
    return [make_quote(lead, **changes) for lead, changes in zip(leads, (nobody, nobody, named), strict=True)]


def compared(client: Any, quotes: list[Quote], query: str = "") -> Any:
    return client.get(f"{opened(client, quotes[0].lead.request)}/compare{query}").page


def section(page: Any, name: str) -> str:
    return words(page.one("section", aria_labelledby=name))


def test_each_question_stands_once_below_the_table_and_names_its_clinics(client: Any, three: list[Quote]) -> None:
    page = compared(client, three)
    assert f"{NOBODY} Clinic A, Clinic B Ask: {QUESTION}" in section(page, "flags")
    assert page.text.count(QUESTION) == 1
    assert "Ask:" not in words(page.one("table"))


def test_each_source_is_linked_once(client: Any, three: list[Quote]) -> None:
    base = opened(client, three[0].lead.request)
    for path in ("/compare", f"/quotes/{three[0].number}"):
        links = [words(link) for link in client.get(base + path).page.one("main").iter("a")]
        assert links.count("“What to ask a clinic” in our guide") == 1


def test_what_is_not_stated_stands_once_and_each_button_names_its_clinic(client: Any, three: list[Quote]) -> None:
    page = compared(client, three)
    assert "Name Clinic A, Clinic B" in section(page, "missing")
    assert "Refund if the doctor refuses on the day Every clinic shown" in section(page, "missing")
    for quote in three:
        count = len(missing_labels(quote))
        assert section(page, "missing").count(f"Ask {quote.lead.clinic.name} for all {count}") == 1


def test_a_clinic_without_flags_is_named(client: Any, make_lead: Make, make_quote: Make) -> None:
    clear = {"practitioner_name": "Dr Ayşe Demir", "product": "NCTF 135 HA", "deposit": 0, "price_may_change_by": 0}
    quote = make_quote(make_lead(trips="3"), **clear, if_something_goes_wrong="A free review visit")
    assert f"Nothing we look for: {quote.lead.clinic.name}" in section(compared(client, [quote]), "flags")


def test_nothing_to_ask_stands_between_the_figures_and_the_choice(client: Any, three: list[Quote]) -> None:
    page = compared(client, three)
    links = [link.get("href") for link in page.one("main").iter("a")]
    last_choice = max(at for at, href in enumerate(links) if href and href.endswith("/choose"))
    assert min(at for at, href in enumerate(links) if href and href.startswith("/treatments/")) > last_choice


def test_a_declined_quote_is_marked_at_its_box_and_its_column(client: Any, three: list[Quote]) -> None:
    decline(three[0])
    page = compared(client, three, "?quotes=1&quotes=2&quotes=3")
    assert page.h1 == "Compare your 2 quotes"
    assert [AGAINST in words(head) for head in sorted(page.all("th", scope="col"), key=words)] == [True, False, False]
    boxes = [label for label in page.all("label") if (label.get("for") or "").startswith("show-")]
    assert [AGAINST in words(label) for label in boxes] == [True, False, False]


def test_with_the_declined_alone_the_heading_counts_none(client: Any, three: list[Quote]) -> None:
    decline(three[0])
    assert compared(client, three, "?quotes=1").h1 == "Compare your quotes"


@pytest.mark.parametrize(
    ("query", "shown", "said"),
    [
        ("?quotes=99&quotes=x", 3, "Show side by side: you have no quote “99, x”"),
        ("?quotes=2&quotes=x", 1, "Show side by side: you have no quote “x”"),
        ("?view=total&sort=total", 3, "Show side by side: tick at least one."),
    ],
)
def test_boxes_that_cannot_be_shown_are_said_beside_them(
    client: Any, three: list[Quote], query: str, shown: int, said: str
) -> None:
    page = compared(client, three, query)
    assert said in words(page.one("p", id="show-error"))
    assert page.one("div", role="alert") is not None
    assert len(page.all("th", scope="col")) == shown
    assert page.one("details").get("open") is not None


@pytest.mark.parametrize("query", ["", "?fare=100", "?quotes=1&view=total&sort=total"])
def test_an_address_that_leaves_the_boxes_alone_is_no_error(client: Any, three: list[Quote], query: str) -> None:
    assert compared(client, three, query).all("p", id="show-error") == []


def test_the_read_only_page_asks_once_and_tells_no_decision(client: Any, three: list[Quote]) -> None:
    for quote in three:
        decline(quote)
    page = client.get(f"/shared/{make_link(three[0].lead.request, reader='friend', with_health=False).token}").page
    assert f"{NOBODY} Clinic A, Clinic B Ask" in section(page, "flags")
    assert page.text.count(QUESTION) == 1
    assert AGAINST not in page.text
