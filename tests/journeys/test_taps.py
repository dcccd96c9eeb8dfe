"""From a clinic's page to a sent request on a phone: how often a person taps, and how many pages they see."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visit, assert_accessible, assert_no_sideways_scroll

pytestmark = pytest.mark.xdist_group("site")

MOST_TAPS, MOST_PAGES = 14, 9


class Fingers:
    """Taps on a phone, also those into a field, and counts them and the pages they lead to."""

    def __init__(self, page: Page, *, checked: bool) -> None:
        self.page, self.checked = page, checked
        self.taps = 0
        self.pages: list[str] = []
        page.on("framenavigated", lambda frame: self.pages.append(frame.url))

    def tap(self, found: str) -> None:
        self.page.locator(found).first.click()
        self.taps += 1

    def choose(self, field: str, value: str) -> None:
        box = self.page.locator(f'input[name="{field}"][value="{value}"]')
        self.tap(f'label[for="{box.get_attribute("id")}"]')
        expect(box).to_be_checked()

    def type(self, field: str, text: str) -> None:
        self.tap(f'[name="{field}"]')
        self.page.keyboard.type(text)

    def go_on(self, leads_to: str, button: str = "main form[method=post] button[type=submit]") -> None:
        if self.checked:
            assert_no_sideways_scroll(self.page)
            assert_accessible(self.page)
        self.tap(button)
        expect(self.page).to_have_url(re.compile(f"/get-quotes{leads_to}"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_clinic_is_asked_in_few_taps(visit: Visit, script: bool) -> None:
    page = visit(script=script, strict=not script)
    page.goto("/clinic/clinic-lale")
    hand = Fingers(page, checked=script)
    hand.tap('main a[href^="/get-quotes?clinic=clinic-lale"]:visible')
    hand.choose("procedure", "facial")
    hand.go_on("/where")
    hand.go_on("/when")
    hand.go_on("/health")
    hand.choose("conditions", "none")
    hand.go_on("/you")
    hand.type("name", "Sample Tess")
    hand.type("email", f"tess-{script}@patient.example".lower())
    hand.go_on("/clinics")
    hand.go_on("/check", "main button[name=only]")
    hand.choose("share_health", "y")
    hand.choose("adult", "y")
    hand.go_on("/sent")
    print(f"{hand.taps} taps, {len(hand.pages)} pages")
    assert hand.taps <= MOST_TAPS
    assert len(hand.pages) <= MOST_PAGES
