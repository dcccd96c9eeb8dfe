"""Every screen of the patient's side has something to show in the sample marketplace, and says that it is a sample."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.leads.queries import leads_of
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.sample.test_load import loaded

__all__ = ["loaded"]
pytestmark = pytest.mark.xdist_group("sample")

# What stands on a screen only where there is something to show.
PUBLIC = {
    "/transparency": "By country",
    "/clinics": "Istanbul",
    "/clinics/turkey": "Clinic Lale",
    "/clinics/turkey/istanbul": "Clinic Lale",
    "/treatments/mesotherapy/turkey": "Clinic Lale",
    "/clinic/clinic-lale": "price kept",
    "/clinic/clinic-lale/checks": "SAMPLE",
}
# Below the page of some request; {clinic} is one that has it.
OF_A_REQUEST = {
    "": "Total for you",
    "/compare": "Lowest total",
    "/quotes/1": "Total for you",
    "/quotes/1/choose": "This is all it gets",
    "/messages/{clinic}": "Question",
    "/clinics": "Nothing is ticked for you",
    "/sharing": "looked",
    "/readers": "the quotes were opened",
    "/after": "When we ask",
    "/after/2": "Tap the answer that fits best",
    "/kept": "Yes, it was kept",
    "/passport": "Lot",
    "/phrases": "Point at a line",
}
OF_ONE_STATE = {
    "paused": "Paused",
    "chosen": "You chose",
    "settled": "You chose",
    "closed": "Closed",
    "expired": "Closed",
    "withdrawn": "Salkım",
}


@pytest.fixture(scope="module")
def opened(loaded: Any) -> Iterator[Any]:
    """A browser that has followed the link of every request of the sample; its path, state and clinics."""
    app, _counts = loaded
    with app.app_context():
        rows = db.session.scalars(select(QuoteRequest).where(QuoteRequest.state != "unconfirmed")).all()
        links = [signed_links.issue("page", subject_id=row.id, lifetime=timedelta(days=1)) for row in rows]
        found = [(f"/my/requests/{row.ref}", row.state, [lead.clinic.slug for lead in leads_of(row)]) for row in rows]
        tokens = [signed_links.token_of(link) for link in links]
        db.session.commit()
    browser = reader_of(app)
    for token in tokens:
        browser.get(f"/q/{token}")
    return browser, found


def shows(answer: Any, words: str) -> bool:
    return answer.status_code == 200 and words.lower() in answer.page.text.lower()


@pytest.mark.parametrize(("path", "words"), PUBLIC.items())
def test_public_screens(opened: Any, path: str, words: str) -> None:
    answer = opened[0].get(path)
    assert shows(answer, words)
    assert "sample" in answer.page.text.lower()


@pytest.mark.parametrize(("below", "words"), OF_A_REQUEST.items())
def test_screens_of_a_request(opened: Any, below: str, words: str) -> None:
    browser, requests = opened
    paths = [base + below.format(clinic=slug) for base, _state, slugs in requests for slug in slugs]
    found = next((answer for path in dict.fromkeys(paths) if shows(answer := browser.get(path), words)), None)
    assert found is not None
    assert "sample" in found.page.text.lower()


@pytest.mark.parametrize(("state", "words"), OF_ONE_STATE.items())
def test_a_request_in_every_state(opened: Any, state: str, words: str) -> None:
    browser, requests = opened
    pages = [browser.get(base) for base, known, _slugs in requests if known == state]
    assert any(shows(page, words) for page in pages)
    assert all("sample" in page.page.text.lower() for page in pages)


def test_what_was_changed_and_the_days_of_a_course(opened: Any) -> None:
    browser, requests = opened
    assert any(shows(browser.get(base), "What you changed") for base, state, _slugs in requests if state == "open")
    calendars = [browser.get(f"{base}/calendar.ics").text for base, state, _slugs in requests if state == "settled"]
    assert any("BEGIN:VEVENT" in calendar for calendar in calendars)
