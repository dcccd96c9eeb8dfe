"""Reviewed Markdown: headings can be linked to, and nothing dangerous comes out."""

import pytest

from marketplace.catalogue.texts import render, slug_of, static_page
from marketplace.foundation.problems import NotFound
from marketplace.web.public.pages import SLUGS


def test_headings_get_ids() -> None:
    text = render("## What it is\n\nWords.\n\n## Does it *hurt*?\n")
    assert text.headings == (("what-it-is", "What it is"), ("does-it-hurt", "Does it hurt?"))
    assert '<h2 id="what-it-is">What it is</h2>' in text.html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<a href="/elsewhere" onclick="x">y</a>',
        "<img src=x onerror=x>",
        "![x](https://elsewhere.example/x.png)",
    ],
)
def test_only_plain_elements_come_out(hostile: str) -> None:
    html = render(hostile).html
    for bad in ("<script", 'href="javascript', "<img", '<a href="/elsewhere"'):
        assert bad not in html


def test_a_heading_without_latin_letters_still_has_an_id() -> None:
    assert slug_of("Éclat à İzmir") == "eclat-a-izmir"
    assert slug_of("قبل") == "part"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_is_dated_and_has_words(slug: str) -> None:
    page = static_page(slug, address="desk@site.example", fill=str)
    assert page.title
    assert page.summary
    assert page.reviewed_on
    assert page.text.headings


def test_an_unknown_page_is_not_found() -> None:
    with pytest.raises(NotFound):
        static_page("nope", address="desk@site.example", fill=str)
