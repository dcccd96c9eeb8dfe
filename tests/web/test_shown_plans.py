"""No page shows a plan that its own spacing forbids, but as what a clinic wrote and marked as what cannot be done."""

import re
from typing import Any

import pytest
from flask import Flask

from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.leads.queries import leads_of
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.read_only_links import make_link
from tests.conftest import reader_of
from tests.factories import Make, procedure_named
from tests.web.patient.test_request_pages import opened

COURSES = [(4, 3), (3, 2), (8, 2)]  # sessions, weeks between
PLAN = re.compile(r"(\d+) trips? of (\d+) nights?")
COST = "/treatments/mesotherapy/cost?home=gb&currency=GBP"
COUNTRY = "/treatments/mesotherapy/turkey?home=gb&currency=GBP"


def forbidden(text: str, sessions: int, weeks: int) -> list[str]:
    """The plans whose nights have no room for the sessions of a trip, counted by hand, and that are not marked so."""
    found = []
    for plan in PLAN.finditer(text):
        trips, nights = int(plan[1]), int(plan[2])
        held = -(-sessions // trips)
        needed = 2 if held == 1 else (held - 1) * weeks * 7 + 1
        is_marked = re.search(f"Cannot be done(:| in) {plan[0]}", text)
        found += [plan[0]] if nights < needed and not is_marked else []
    return found


def seen(page: Any, sessions: int, weeks: int) -> int:
    """How many plans it shows; none of them is forbidden."""
    assert forbidden(page.text, sessions, weeks) == []
    return len(PLAN.findall(page.text))


def test_a_forbidden_plan_is_found() -> None:
    said = "2 trips of 2 nights, 2 trips of 22 nights, 4 trips of 2 nights, 1 trip of 63 nights"
    assert forbidden(said, 4, 3) == ["2 trips of 2 nights", "1 trip of 63 nights"]
    assert forbidden(f"{said}. Cannot be done in 2 trips of 2 nights", 4, 3) == ["1 trip of 63 nights"]


@pytest.mark.parametrize(("sessions", "weeks"), COURSES)
@pytest.mark.parametrize("plan", ["plan=each", "plan=stay", "plan=trips&trips=2", "plan=trips&trips=12"])
def test_on_pages_of_prices(client: Any, sessions: int, weeks: int, plan: str) -> None:
    course = f"&sessions={sessions}&gap={weeks}&{plan}"
    assert seen(client.get(COST + course).page, sessions, weeks)
    assert seen(client.get(COUNTRY + course).page, sessions, weeks)


@pytest.mark.parametrize("path", ["/clinic/{}", "/clinics", "/clinics/turkey", "/clinics/turkey/istanbul"])
def test_on_pages_of_clinics(client: Any, make_clinic: Make, path: str) -> None:
    clinic, usual = make_clinic(), procedure_named().facts
    facets.rebuild()
    db.session.commit()
    page = client.get(path.format(clinic.slug) + "?home=gb&procedure=facial").page
    assert seen(page, usual["sessions"][0], sum(usual["spacing_weeks"]) // 2) or path != "/clinic/{}"


@pytest.fixture
def two_quotes(make_clinic: Make, make_request: Make, make_quote: Make) -> Any:
    """One quote that can be done and one that cannot, which the clinic explained; of this course."""

    def made(sessions: int, weeks: int) -> QuoteRequest:
        request: QuoteRequest = make_request(make_clinic(), make_clinic("Clinic Nar"), trips="unknown")
        one, other = leads_of(request)
        course = {"sessions": sessions, "session_gap_weeks": weeks, "total": sessions * 12000}
        make_quote(one, **course, trips=sessions, nights_per_trip=2)
        make_quote(other, **course, trips=2, nights_per_trip=2, keep_plan=True, message="You live near by.")
        return request

    return made


@pytest.mark.parametrize(("sessions", "weeks"), COURSES)
def test_on_a_patients_pages(app: Flask, client: Any, two_quotes: Any, sessions: int, weeks: int) -> None:
    request = two_quotes(sessions, weeks)
    base = opened(client, request)
    pages = [client.get(base + below).page for below in ("", "/quotes/1", "/quotes/2", "/compare", "/quotes/2/choose")]
    shared = make_link(request, reader="friend", with_health=False).token
    db.session.commit()
    pages.append(reader_of(app).get(f"/shared/{shared}").page)
    assert sum(seen(page, sessions, weeks) for page in pages) > len(pages)
    assert all("annot be done" in page.text for page in (*pages[:1], *pages[2:]))
