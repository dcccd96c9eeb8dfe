"""Each page type, as a browser shows it: no axe finding, no sideways scroll, one host, inside its budget."""

import gzip

import pytest
from playwright.sync_api import Page

from tests.browser import Site, Visit, examine

pytestmark = pytest.mark.xdist_group("site")

PUBLIC = [
    "/",
    "/treatments",
    "/treatments/mesotherapy",
    "/treatments/mesotherapy/cost?home=gb&currency=GBP",
    "/treatments/mesotherapy/turkey",
    "/treatments/mesotherapy/united-kingdom",
    "/treatments/mesotherapy/questions",
    "/treatments/mesotherapy/aftercare",
    "/clinics",
    "/clinics?language=pl&country=tr",
    "/clinics/turkey",
    "/clinics/turkey/istanbul",
    "/clinic/clinic-lale",
    "/clinic/clinic-lale/checks",
    "/how-it-works",
    "/how-we-rank",
    "/transparency",
    "/preferences",
    "/my/link",
    "/get-quotes",
    "/account/login",
    "/account/reset",
    "/no-such-page",
]
OPERATOR = [
    "/operator",
    "/operator/clinics",
    "/operator/checks?expires_within=30",
    "/operator/requests",
    "/operator/emails",
    "/operator/routing",
    "/account/sessions",
    "/account/change-email",
    "/account/change",
    "/account/tf-setup",
    "/operator/audit",
]
DASHBOARD = [
    "/dashboard/leads",
    "/dashboard/leads?state=quoted",
    "/dashboard/listing",
    "/dashboard/checks",
    "/dashboard/numbers",
    "/dashboard/team",
]


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_public_pages(visit: Visit, width: int, dark: bool) -> None:
    page = visit(width=width, dark=dark, strict=False)
    for path in PUBLIC:
        page.goto(path)
        examine(page, f"page-{path}")


def signed_in(visit: Visit, site: Site, email: str, *, width: int) -> Page:
    page = visit(width=width, strict=False)
    page.goto("/account/login")
    page.locator('[name="email"]').fill(email)
    page.locator('[name="password"]').fill(site.password)
    page.locator("main form button, main form input[type=submit]").first.click()
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_operator_pages(visit: Visit, site: Site, width: int) -> None:
    page = signed_in(visit, site, "operator@sample.example", width=width)
    paths = [*OPERATOR, *first_links(page, "/operator/clinics"), *first_links(page, "/operator/requests")]
    for path in paths:
        page.goto(path)
        examine(page, f"page-{path[:40]}")


@pytest.mark.parametrize("width", [360, 1280])
def test_dashboard_pages(visit: Visit, site: Site, width: int) -> None:
    page = signed_in(visit, site, "owner@clinic-lale.sample.example", width=width)
    for path in [*DASHBOARD, *first_links(page, "/dashboard/leads")]:
        page.goto(path)
        examine(page, f"page-{path[:40]}")


# The words below an element that begin on one line and end on another.
BROKEN_WORDS = """selector => {
  const texts = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT), broken = [];
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
    const range = new Range();
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) broken.push(word[0]);
  }
  return broken;
}"""
THREE_QUOTES = "ana@patient.example"  # of the sample
REQUEST = ["", "/compare", "/quotes/1", "/quotes/1/choose", "/clinics", "/sharing", "/close", "/delete"]
REQUEST += ["/answers/health", "/answers/photos", "/open", "/messages/clinic-lale"]


@pytest.mark.parametrize("width", [360, 1280])
def test_request_pages(visit: Visit, site: Site, width: int) -> None:
    page = visit(width=width, strict=False)
    page.goto("/my/link")
    page.locator('[name="email"]').fill(THREE_QUOTES)
    page.locator("main form[method=post] button[type=submit]:not([name=only])").first.click()
    examine(page, "page-link-sent")
    link = next(link for link in site.mail(THREE_QUOTES, "Your link").links if "/q/" in link)
    page.goto(link)
    base = page.url
    for path in REQUEST:
        page.goto(base + path)
        assert page.locator("h1").count() == 1
        examine(page, f"page-request{path}")
    page.goto(f"{base}/compare")
    assert page.evaluate(BROKEN_WORDS, ".compare") == []


@pytest.mark.parametrize("width", [360, 1280])
def test_question_pages(visit: Visit, width: int) -> None:
    page = visit(width=width, strict=False)
    page.goto("/get-quotes")
    examine(page, "page-question")
    page.locator("main form[method=post] button[type=submit]:not([name=only])").first.click()
    assert page.title().startswith("Error: ")
    examine(page, "page-question-error")


def first_links(page: Page, listing: str) -> list[str]:
    """The first thing a list leads to."""
    page.goto(listing)
    links = page.locator(f'main table a[href^="{listing}/"]')
    return [links.first.get_attribute("href") or ""] if links.count() else []


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/", 14),
        ("/treatments/mesotherapy", 20),
        ("/clinics", 14),
        ("/clinic/clinic-lale", 14),
        ("/treatments/mesotherapy/cost", 14),
    ],
)
def test_pages_stay_inside_their_budget(visit: Visit, path: str, budget: int) -> None:
    page = visit()
    sizes: list[tuple[str, int]] = []
    page.on(
        "response",
        lambda r: (
            sizes.append((r.url, len(gzip.compress(r.body()))))
            if r.request.resource_type != "font"
            else sizes.append((r.url, len(r.body())))
        ),
    )
    page.goto(path, wait_until="networkidle")
    html = next(size for url, size in sizes if url.endswith(path))
    assert html <= budget * 1024, html
    assert sum(size for _, size in sizes) <= 60 * 1024 + budget * 1024
    # The drawings are the icon, too: the browser has that address twice and fetches it once.
    fetched = {url for url, _ in sizes}
    assert len(fetched) <= 6, fetched
