"""A promise on a page is a feature: what the texts rest on is there, and every link in them leads somewhere."""

import re
from pathlib import Path

import pytest
from flask import Flask

from marketplace.catalogue.content_loader import front_matter
from marketplace.mail.register import REGISTER
from marketplace.timers import TIMERS
from tests.reading import Page, Reader, words
from tests.world import World

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "marketplace" / "catalogue" / "content"
TEXTS = sorted(path.stem for path in (CONTENT / "pages").glob("*.md"))
# What only a later feature would keep; its sentence comes with it.
NOT_BUILT = re.compile(r"start from a template", re.IGNORECASE)


def _exists(app: Flask, named: str) -> bool:
    kind, _, name = named.partition(" ")
    if kind == "mail":
        return name in REGISTER
    if kind == "timer":
        return name in TIMERS
    return any(rule.rule == name and kind in (rule.methods or ()) for rule in app.url_map.iter_rules())


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_text_rests_on_is_there(app: Flask, text: str) -> None:
    head, _body = front_matter(CONTENT / "pages" / f"{text}.md")
    assert [named for named in head["rests_on"] if not _exists(app, named)] == []


def test_no_page_or_mail_speaks_of_what_is_not_built() -> None:
    files = [*CONTENT.rglob("*.md"), *(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    assert [str(path) for path in files if NOT_BUILT.search(path.read_text())] == []


def test_every_link_of_a_public_page_leads_to_a_page_and_a_place_on_it(client: Reader, world: World) -> None:
    pages = _crawl(client)
    for source, page in pages.items():
        for href in _links(page):
            path, _, place = href.partition("#")
            target = pages.get(path or source)
            assert not place or target is None or any(e.get("id") == place for e in target.root.iter()), (source, href)


def test_what_people_look_for_is_reached_by_links(client: Reader, world: World) -> None:
    found = set(_crawl(client))
    assert {"/transparency", "/clinics/turkey/istanbul", "/report", "/preferences", "/privacy"} <= found


def _links(page: Page) -> list[str]:
    hrefs = [a.get("href", "") for a in page.all("a")]
    return [href for href in hrefs if href.startswith(("/", "#")) and not href.startswith("/static")]


def _crawl(client: Reader) -> dict[str, Page]:
    """Every page a stranger reaches from home, by path; each link of each answers 200 or leads on to one."""
    pages: dict[str, Page] = {}
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        pages[path] = answer.page  # type: ignore[attr-defined]
        new = {href.partition("#")[0] for href in _links(pages[path])} - seen - {""}
        seen |= new
        waiting += sorted(new)
    assert all(words(page.one("h1")) for page in pages.values())
    return pages
