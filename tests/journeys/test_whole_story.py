"""The main job from end to end, as people do it: on a phone, with script and without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from marketplace.processes.mailbox_reader import MailboxMessage
from tests.browser import Site, Visit, assert_no_sideways_scroll, keep
from tests.foundation.test_pictures import picture as drawn

pytestmark = pytest.mark.xdist_group("site")


class Walk:
    """One patient's way, with a picture of every page."""

    def __init__(self, page: Page, site: Site, *, name: str, has_script: bool) -> None:
        self.page, self.site, self.name, self.has_script = page, site, name, has_script
        self.address = f"{name}@patient.example"
        self.n = 0

    def picture(self, of: str) -> None:
        self.n += 1
        assert_no_sideways_scroll(self.page)
        keep(self.page, f"journey-{self.name}-{self.n:02}-{of}")

    def tick(self, field: str, value: str) -> None:
        self.page.locator(f'input[name="{field}"][value="{value}"]').check()

    def fill(self, field: str, text: str) -> None:
        self.page.locator(f'[name="{field}"]').first.fill(text)

    def go_on(self) -> None:
        self.page.locator("main form[method=post] button[type=submit]:not([name=only])").first.click()

    def step(self, name: str) -> None:
        expect(self.page).to_have_url(re.compile(f"/get-quotes/{name}"))
        self.picture(name)


def read_and_compare(walk: Walk) -> None:
    """Guide, prices for someone from the United Kingdom, the clinics of a country, one clinic and its checks."""
    page = walk.page
    page.goto("/treatments/mesotherapy")
    walk.picture("guide")
    page.goto("/treatments/mesotherapy/cost?home=gb&currency=GBP&sessions=4&trips=2")
    expect(page.locator("main")).to_contain_text("80% less")
    walk.picture("prices")
    page.goto("/clinics/turkey")
    walk.picture("clinics")
    page.goto("/clinic/clinic-lale")
    walk.picture("clinic")
    page.goto("/clinic/clinic-lale/checks")
    walk.picture("checks")


def ask(walk: Walk) -> int:
    """The steps of the form; how many clinics were ticked."""
    page = walk.page
    page.goto("/get-quotes?clinic=clinic-lale")
    walk.picture("first-question")
    walk.tick("procedure", "facial")
    walk.go_on()
    walk.step("where")
    page.locator('[name="home_country"]').select_option("GB")
    walk.tick("destinations", "TR")
    walk.go_on()
    walk.step("when")
    walk.tick("timing", "quarter")
    walk.tick("trips", "2")
    walk.go_on()
    walk.step("health")
    if walk.has_script:
        walk.tick("conditions", "none")
    walk.tick("conditions", "blood_thinner")
    expect(page.locator('[name="conditions"][value="none"]')).not_to_be_checked()
    page.get_by_role("button", name="Continue and add photos").click()
    walk.step("pause")
    expect(page.locator("main")).to_contain_text("Do not stop or change your medicine for this treatment.")
    page.get_by_role("button", name="Continue").or_(page.get_by_role("link", name="Continue")).first.click()
    add_photos(walk)
    walk.step("you")
    walk.fill("name", "Sample Ada")
    walk.fill("email", walk.address)
    walk.tick("languages", "en")
    walk.fill("questions", "Is the vial opened in front of me?")
    walk.go_on()
    return choose_and_send(walk)


def add_photos(walk: Walk) -> None:
    """One good file and one that is no picture: the good one is kept."""
    walk.step("photos")
    files = [{"name": "cheek.heic", "mimeType": "image/heic", "buffer": drawn("HEIF")}]
    files += [{"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}]
    walk.page.locator('[name="photos"]').set_input_files(files)
    walk.page.get_by_role("button", name="Upload").click()
    expect(walk.page.get_by_role("alert")).to_contain_text("notes.jpg: The selected file must be a JPG")
    expect(walk.page.get_by_role("img", name="Photo 1")).to_be_visible()
    walk.picture("photos")
    walk.page.get_by_role("button", name="Continue").click()


def choose_and_send(walk: Walk) -> int:
    page = walk.page
    walk.step("clinics")
    boxes = page.locator('input[name="clinics"]')
    expect(boxes.first).to_have_value("clinic-lale")
    count = min(boxes.count(), 2)
    for n in range(count):
        boxes.nth(n).check(force=True)  # the whole card is its label
    walk.go_on()
    walk.step("check")
    if walk.has_script:
        expect(page.get_by_role("button", name=re.compile("without my health answers$"))).to_be_visible()
    page.locator('input[name="share_health"]').check()
    page.locator('input[name="adult"]').check()
    page.get_by_role("button", name=re.compile("^Send my request")).click()
    walk.step("sent")
    expect(page.locator("main")).to_contain_text(walk.address)
    return count


def link_in(mail: MailboxMessage, part: str) -> str:
    """The path of the mail's link with these characters."""
    url = next(link for link in mail.links if part in link)
    return "/" + url.split("/", 3)[3]


def confirm(walk: Walk) -> str:
    """Opens the mailed link, presses the button; the request's reference."""
    mail = walk.site.mail(walk.address, "Confirm your request")
    walk.page.goto(link_in(mail, "/confirm"))
    walk.picture("confirm")
    walk.go_on()
    expect(walk.page).to_have_url(re.compile("/my/requests/MQ-"))
    walk.picture("request-waiting")
    return walk.page.url.rstrip("/").split("/")[-1]


def answer(site: Site, page: Page, slug: str, ref: str, *, name: str) -> None:
    """The clinic gets the mail, signs in, reads and sends its quote from the suggested values."""
    mail = site.mail(f"desk@{slug}.sample.example", f"New request {ref}")
    page.goto("/account/login")
    page.locator('[name="email"]').fill(f"owner@{slug}.sample.example")
    page.locator('[name="password"]').fill(site.password)
    page.locator("main form button, main form input[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/dashboard"))
    keep(page, f"journey-{name}-{slug}-inbox")
    page.goto(link_in(mail, "/dashboard"))
    expect(page.locator("main")).to_contain_text("Is the vial opened in front of me?")
    expect(page.locator("main")).not_to_contain_text("@patient.example")
    keep(page, f"journey-{name}-{slug}-lead")
    page.get_by_role("button", name=re.compile("^Send quote of")).click()
    expect(page.locator("main")).to_contain_text("Undo")
    keep(page, f"journey-{name}-{slug}-sent")


def compare_and_choose(walk: Walk, ref: str) -> None:
    page = walk.page
    page.goto(f"/my/requests/{ref}")
    walk.picture("request-quotes")
    page.goto(f"/my/requests/{ref}/compare")
    expect(page.locator("main")).to_contain_text("Total for you")
    expect(page.locator("main td.best")).to_contain_text("Lowest total")
    walk.picture("compare")
    on_paper(page)
    page.goto(f"/my/requests/{ref}/quotes/1/choose")
    walk.picture("choose")
    walk.go_on()
    expect(page.locator("main [data-state=won], main [data-state=chosen]").first).to_be_visible()
    walk.picture("chosen")


def on_paper(page: Page) -> None:
    """Printed, the comparison says what it is of and from when, its label is dark on white, and no control is left."""
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_be_visible()
    expect(page.locator(".on-paper")).to_contain_text("/compare")
    expect(page.locator("main form, tbody.actions")).to_have_count(4)
    for locator in page.locator("main form, tbody.actions").all():
        expect(locator).to_be_hidden()
    expect(page.locator(".best-label")).to_have_css("color", "rgb(0, 0, 0)")
    page.emulate_media(media="screen")
    expect(page.locator(".on-paper")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_the_guide_to_the_choice(site: Site, visit: Visit, chromium: Browser, script: bool) -> None:
    walk = Walk(visit(script=script), site, name="ada" if script else "ben", has_script=script)
    read_and_compare(walk)
    assert ask(walk) == 2
    ref = confirm(walk)
    slugs = asked_clinics(walk)
    for slug in slugs:
        answer(site, visit(script=script), slug, ref, name=walk.name)
    site.mail(walk.address, "new quote")
    wait_for_quotes(walk, ref)
    compare_and_choose(walk, ref)
    site.mail(f"desk@{slugs[0]}.sample.example", f"A patient chose you: {ref}")
    site.mail(walk.address, "We've told the clinic")


def asked_clinics(walk: Walk) -> list[str]:
    """The two clinics of the request, by the links on its page."""
    links = walk.page.locator('main a[href^="/clinic/"]')
    hrefs = [links.nth(n).get_attribute("href") or "" for n in range(links.count())]
    return list(dict.fromkeys(href.split("/")[2] for href in hrefs))


def wait_for_quotes(walk: Walk, ref: str) -> None:
    """Both have left their hold."""
    for _ in range(60):
        walk.page.goto(f"/my/requests/{ref}/compare")
        if walk.page.locator("h1").inner_text() == "Compare your 2 quotes":
            return
        walk.page.wait_for_timeout(500)
    raise AssertionError("the quotes did not arrive")
