"""The clinic's desk in a browser: what a phone shows of the inbox, and what the dock leaves to be read."""

import pytest
from playwright.sync_api import Page

from tests.browser import Site, Visit, examine
from tests.journeys.test_messages import sign_in

pytestmark = pytest.mark.xdist_group("site")
COVERED = """() => {
  const dock = document.querySelector('.dock').getBoundingClientRect();
  return ['sessions', 'total', 'valid_until'].filter(id => {
    const field = document.getElementById(id).closest('.field').getBoundingClientRect();
    return field.top < dock.bottom && dock.top < field.bottom;
  });
}"""
INSIDE = "() => { const box = document.querySelector('.table-box'); return box.scrollWidth <= box.clientWidth; }"
ROLES = {"table": 1, "row": 2, "columnheader": 9, "rowheader": 1}


@pytest.fixture
def desk(visit: Visit, site: Site) -> Page:
    """A clinic's owner, with script that the tests need to measure."""
    page = visit(width=1280, strict=False)
    sign_in(page, site, "clinic-lale")
    return page


def open_lead(desk: Page) -> None:
    desk.goto("/dashboard/leads?state=quoted")
    desk.locator("tbody th a").first.click()
    desk.wait_for_url("**/dashboard/leads/MQ-*")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (1280, 800), (1280, 720), (360, 740)])
def test_the_dock_lies_over_no_number_at_the_first_look(desk: Page, width: int, height: int) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    open_lead(desk)
    for scrolled in (0, 200, 400, 600):
        desk.evaluate("y => scrollTo(0, y)", scrolled)
        assert desk.evaluate(COVERED) == []


def test_text_twice_as_large_fits_a_phone(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    open_lead(desk)
    desk.add_style_tag(content="html { font-size: 200% }")
    examine(desk, "lead-200")


def test_a_phone_shows_the_whole_row_and_it_is_still_a_table(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto("/dashboard/leads?state=quoted")
    examine(desk, "inbox-cards")
    assert desk.evaluate(INSIDE)
    rows = desk.locator("tbody tr").count()
    for role, least in ROLES.items():
        assert desk.get_by_role(role).count() >= least, role
    assert desk.get_by_role("rowheader").count() == rows
