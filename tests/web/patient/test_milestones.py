"""What happens when: what has passed and what is to come stand in the order of time."""

from datetime import timedelta
from typing import Any

from marketplace.aftercare import plans
from marketplace.foundation import clock
from marketplace.quotes import choosing
from tests.aftercare.conftest import build_settled
from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened


def lines(page: Any) -> list[tuple[str, str]]:
    """Returns each line's first words, and whether it has passed."""
    found = next(each for each in page.all("ol") if "milestones" in each.get("class", ""))
    return [(words(line[0]), line.get("class", "")) for line in found]


def test_an_open_request_says_until_when(client: Any, make_quote: Make) -> None:
    page = client.get(opened(client, make_quote().lead.request)).page
    assert lines(page) == [
        ("Sent", "past"),
        ("First quote", "past"),
        ("Quote of Clinic Lale ends", "to-come"),
        ("Your request ends, if you choose nobody", "to-come"),
    ]


def test_a_choice_says_until_when_it_can_be_undone(client: Any, make_quote: Make) -> None:
    choosing.choose(quote := make_quote())
    page = client.get(opened(client, quote.lead.request)).page
    assert lines(page)[2:] == [("You chose Clinic Lale", "past"), ("You can undo the choice until then", "to-come")]


def test_afterwards_it_says_when_we_ask(client: Any, make_quote: Make) -> None:
    lead = build_settled()
    plans.set_first_session(lead.request, (clock.now() + timedelta(days=3)).date())
    page = client.get(opened(client, lead.request)).page
    assert [text for text, state in lines(page) if state == "to-come"] == [
        "First session",
        *(f"We ask how it is, week {week}" for week in plans.WEEKS),
    ]
