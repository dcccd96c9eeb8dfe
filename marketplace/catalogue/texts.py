"""Renders reviewed Markdown as safe HTML, with an id for every heading."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from marketplace.catalogue.content_loader import front_matter
from marketplace.catalogue.geography import CONTENT
from marketplace.foundation.problems import NotFound

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable("table")
_HEADING = re.compile(r"<h2>(.*?)</h2>")
_WITH_ID = re.compile(r"<h2 id=.*?</h2>")
TAGS = {
    "p",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "blockquote",
    "br",
}


@dataclass(frozen=True)
class Text:
    """A rendered text and its headings as (id, words)."""

    html: Markup
    headings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """What stands below one heading of the second level."""

    id: str
    words: str
    html: Markup


@dataclass(frozen=True)
class StaticPage:
    """A page of the content folder."""

    title: str
    summary: str
    reviewed_on: date
    text: Text


@cache
def render(markdown: str) -> Text:
    """Renders Markdown as HTML that holds only plain elements, whatever the text contains."""
    html = nh3.clean(_MARKDOWN.render(markdown), tags=TAGS, attributes={"a": {"href"}}, link_rel=None)
    headings: list[tuple[str, str]] = []

    def with_id(match: re.Match[str]) -> str:
        words = re.sub(r"<.*?>", "", match.group(1))
        headings.append((slug_of(words), words))
        return f'<h2 id="{headings[-1][0]}">{match.group(1)}</h2>'

    return Text(Markup(_HEADING.sub(with_id, html)), tuple(headings))  # noqa: S704 - cleaned above


def parts_of(markdown: str) -> tuple[Markup, list[Part]]:
    """Renders what stands above the first heading, and each part with its heading."""
    text = render(markdown)
    intro, *rest = _WITH_ID.split(text.html)
    bodies = [Markup(body.strip()) for body in rest]  # noqa: S704 - cleaned by render
    parts = [Part(slug, words, body) for (slug, words), body in zip(text.headings, bodies, strict=True)]
    return Markup(intro.strip()), parts  # noqa: S704 - cleaned by render


def section(markdown: str, heading: str) -> Text | None:
    """Renders what stands below a heading of the second level; None where the text has no such heading."""
    for part in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        if title.strip() == heading:
            return render(body)
    return None


def slug_of(words: str) -> str:
    """Returns the words in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "part"


def static_page(slug: str, *, address: str, fill: Callable[[str], str]) -> StaticPage:
    """Returns a page such as how-it-works. Raises NotFound.

    Readers may write to `address`; `fill` puts the site's promises into the text.
    """
    if not (CONTENT / "pages" / f"{slug}.md").exists():
        raise NotFound("page")
    head, body = _source(CONTENT / "pages" / f"{slug}.md")
    text = render(fill(body).replace("{address}", f"[{address}](mailto:{address})"))
    return StaticPage(head["title"], head["summary"], head["reviewed_on"], text)


_source = cache(front_matter)
