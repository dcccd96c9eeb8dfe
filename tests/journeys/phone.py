"""Somebody at a phone who answers whatever is asked: by keys alone or by taps, with script or without."""

import re

from playwright.sync_api import Locator, Page

from tests.browser import assert_accessible, assert_no_sideways_scroll

# What they answer where a field has this name; of any other question they take the first answer.
ANSWERS = {"home_country": "GB", "procedure": "facial", "name": "Sample Ada", "email": "ada@patient.example"}
TICKED = {"destinations": ("TR",), "conditions": ("blood_thinner",), "languages": ("en",), "adult": ("y",)}
TICKED |= {"clinics": ("clinic-lale", "clinic-nar"), "share_health": ("y",), "aftercare": ("y",)}
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
TABS = 250  # no page has more to stop at
# How many stops there are from where one is to an element; a group of answers is one stop.
STOPS = """element => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.type !== 'hidden' && !one.disabled && one.getClientRects().length)
    .filter(one => one.type !== 'radio' || one === element || one.name !== element.name);
  const groups = new Set(), stops = all.filter(one => {
    if (one.type !== 'radio' || one === element) return true;
    const isNew = !groups.has(one.name);
    groups.add(one.name);
    return isNew;
  });
  return stops.indexOf(element) - stops.indexOf(document.activeElement);
}"""
FOCUSED = """element => {
  const style = getComputedStyle(element), label = element.closest('label, .choice') || element;
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none' || getComputedStyle(label).outlineStyle !== 'none';
}"""


class Phone:
    """A page of 360 pixels and the hands on it."""

    def __init__(self, page: Page, *, keys: bool, reader: Page | None = None) -> None:
        self.page, self.keys, self._reader = page, keys, reader
        self.seen: list[str] = []
        if reader is not None:
            reader.goto("/robots.txt")

    def close(self) -> None:
        """Puts it away."""
        for page in (self.page, self._reader):
            if page is not None:
                page.context.close()

    def look(self) -> None:
        """The page fits, and axe finds nothing; where it has no script, in the same page shown by a reader that has."""
        self.seen.append(self.page.url)
        assert_no_sideways_scroll(self.page)
        if self._reader is not None:
            self._reader.set_content(SCRIPT.sub("", self.page.content()))
        assert_accessible(self._reader or self.page)

    def open(self, path: str) -> None:
        """Goes there and looks."""
        answer = self.page.goto(path)
        assert answer, path
        assert answer.status == 200, (path, answer.status)
        self.look()

    def press(self, locator: Locator) -> None:
        """A button or a link; what it leads to has come."""
        before = self.page.url
        with self.page.expect_navigation(wait_until="load"):
            if self.keys:
                self.go_to(locator)
                self.page.keyboard.press("Enter")
            else:
                locator.click()
        assert self.page.locator("h1").count() == 1, (before, self.page.url)

    def send(self) -> None:
        """The first button of the page's form; of a page that asks nothing the link that leads on."""
        button = self.page.locator("main form[method=post] button[type=submit]:visible:not([name=only])").first
        onward = self.page.get_by_role("link", name="Continue", exact=True)
        self.press(button if button.count() else onward.first)

    def tap(self, name: str) -> None:
        """A button or a link whose name begins so."""
        found = re.compile(f"^{name}")
        buttons, links = (self.page.locator("main").get_by_role(role, name=found) for role in ("button", "link"))
        self.press((buttons if buttons.count() else links).first)

    def go_to(self, locator: Locator) -> None:
        """By Tab alone; whoever sees the page sees where they are."""
        for _stop in range(max(0, locator.evaluate(STOPS) - 2)):
            self.page.keyboard.press("Tab")
        for _stop in range(TABS):
            if locator.evaluate("element => element === document.activeElement"):
                assert locator.evaluate(FOCUSED), locator
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not to be reached by keys: {locator}")

    def check(self, box: Locator) -> None:
        """Ticks a box or takes an answer of several."""
        if not self.keys:
            box.check(force=True)
        elif box.get_attribute("type") == "checkbox":
            self.go_to(box)
            self.page.keyboard.press("Space")
        else:
            self._by_arrows(box)
        assert box.is_checked()

    def _by_arrows(self, box: Locator) -> None:
        """Tab enters a group at its checked answer, else at its first."""
        name = box.get_attribute("name")
        group = self.page.locator(f'input[type=radio][name="{name}"]')
        checked = self.page.locator(f'input[type=radio][name="{name}"]:checked')
        self.go_to(checked.first if checked.count() else group.first)
        self.page.keyboard.press("Space")
        for _answer in range(group.count()):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def type(self, field: Locator, text: str) -> None:
        """Fills a field in; a day, which is given as ISO, in the order in which this browser asks for its parts."""
        if self.keys and field.get_attribute("type") == "date":
            self.go_to(field)
            year, month, day = text.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
        elif self.keys:
            self.go_to(field)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def choose(self, field: Locator, value: str) -> None:
        """Takes a value of a list."""
        if self.keys:
            self.go_to(field)
            self.page.keyboard.type(field.locator(f'option[value="{value}"]').inner_text())
        else:
            field.select_option(value)

    def answer(self) -> None:
        """Whatever this page asks."""
        form = self.page.locator("main form[method=post]").first
        for field in form.locator("select:visible").all():
            if (field.get_attribute("name") or "") in ANSWERS:
                self.choose(field, ANSWERS[str(field.get_attribute("name"))])
        for field in form.locator("input[type=text]:visible, input[type=email]:visible").all():
            if (field.get_attribute("name") or "") in ANSWERS:
                self.type(field, ANSWERS[str(field.get_attribute("name"))])
        for box in form.locator("input[type=checkbox]").all():
            if box.get_attribute("value") in TICKED.get(str(box.get_attribute("name")), ()) and not box.is_checked():
                self.check(box)
        self._take_one_of_each(form)

    def _take_one_of_each(self, form: Locator) -> None:
        names = [str(radio.get_attribute("name")) for radio in form.locator("input[type=radio]").all()]
        for name in dict.fromkeys(names):
            group = form.locator(f'input[type=radio][name="{name}"]')
            wanted = form.locator(f'input[type=radio][name="{name}"][value="{ANSWERS.get(name)}"]')
            if not form.locator(f'input[type=radio][name="{name}"]:checked').count():
                self.check(wanted.first if wanted.count() else group.first)

    def fill_in(self, *, until: str, pages: int) -> None:
        """Page after page: first sent as it is, so that its errors show, then answered."""
        for _page in range(pages):
            self.look()
            if re.search(until, self.page.url):
                return
            before = self.page.url
            self.send()
            if self.page.title().startswith("Error: "):
                self.look()
            elif self.page.url != before:
                continue
            self.answer()
            self.send()
        raise AssertionError(self.seen)
