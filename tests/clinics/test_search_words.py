"""Search by words: forgiving of order, accents and one slip; best meanings first; whatever is typed, an answer."""

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from marketplace.clinics import facets, search_terms
from marketplace.clinics import search as searching
from marketplace.clinics.search import ClinicFilter, search
from marketplace.clinics.search_words import one_slip
from marketplace.clinics.text_search import search_text
from marketplace.extensions import db
from tests.factories import Make

NAMES = ("Clinic Lale", "Klinika Bursztyn", "Orchidea Aesthetics", "Saltgrass Practice")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def make(make_clinic: Make, name: str, *, city: str = "Istanbul", **given: Any) -> Any:
    return make_clinic(name, city=city, search_text=search_text(name=name, city=city, summary=""), **given)


def found(q: str, **asked: Any) -> list[str]:
    return [clinic.name for clinic in search(ClinicFilter(q=q, **asked)).rows]


@pytest.fixture
def listed(make_clinic: Make) -> None:
    for name in NAMES:
        make(make_clinic, name)


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and the same with one slip in one of its words of five letters or more."""
    name = draw(st.sampled_from(NAMES))
    words = name.lower().split()
    at = draw(st.sampled_from([n for n, word in enumerate(words) if len(word) >= 5]))
    word, kind = words[at], draw(st.sampled_from(["wrong", "left out", "added", "exchanged"]))
    i, letter = draw(st.integers(0, len(word) - 2)), draw(st.sampled_from(LETTERS))
    words[at] = {
        "wrong": word[:i] + letter + word[i + 1 :],
        "left out": word[:i] + word[i + 1 :],
        "added": word[:i] + letter + word[i:],
        "exchanged": word[:i] + word[i + 1] + word[i] + word[i + 2 :],
    }[kind]
    return name, " ".join(words)


@SETTINGS
@given(slip=slips())
def test_a_name_is_found_with_a_slip_in_a_word(listed: None, slip: tuple[str, str]) -> None:
    name, typed = slip
    assert name in found(typed)


@SETTINGS
@given(q=st.text(max_size=80))
def test_whatever_is_typed_has_an_answer(listed: None, q: str) -> None:
    assert set(found(q)) <= set(NAMES)


@SETTINGS
@given(words=st.permutations(["lale", "clinic", "istanbul", "turkey"]))
def test_the_order_of_words_does_not_matter(listed: None, words: list[str]) -> None:
    assert found(" ".join(words)) == ["Clinic Lale"]


@given(word=st.text(LETTERS, min_size=1, max_size=8), i=st.integers(0, 8), letter=st.sampled_from(LETTERS))
def test_one_slip_is_one_and_not_two(word: str, i: int, letter: str) -> None:
    other = word[:i] + letter + word[i:]
    assert one_slip(word, other)
    assert one_slip(other, word)
    assert not one_slip(word, word)
    assume(letter != "0")
    assert not one_slip(word, other + "0")


def test_a_whole_word_comes_first_then_what_it_begins(make_clinic: Make) -> None:
    for name in ("Laletta Studio", "Lale House", "Lola House"):
        make(make_clinic, name, reply_minutes=60 * len(name))
    assert found("lale") == ["Lale House", "Laletta Studio"]
    assert found("lale house") == ["Lale House"]
    assert found("lalet") == ["Laletta Studio", "Lale House"]
    assert found("lalle") == ["Lale House"]


@pytest.mark.parametrize(
    "q",
    ["türkçe", "Turkish", "turkish lale", "facial", "mesotherapy istanbul", "türkiye", "Turky", "ISTANBÛL", "clin ist"],
)
def test_country_city_languages_and_procedures_are_found(make_clinic: Make, q: str) -> None:
    make(make_clinic, "Clinic Lale", languages=["tr"], offers=("facial",))
    make(make_clinic, "Clinic Wisla", city="Gdansk", country="PL", languages=["pl"], offers=("scalp",))
    assert "Clinic Lale" in found(q)
    if q != "mesotherapy istanbul":
        assert "Clinic Wisla" not in found(q)


def test_pages_go_through_both_levels_and_back(make_clinic: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PAGE", 3)
    for n in range(8):
        make(make_clinic, f"Lale {n}" if n % 2 else f"Lalezar {n}", reply_minutes=n % 3)
    pages = [search(ClinicFilter(q="lale"))]
    while pages[-1].after:
        pages.append(search(ClinicFilter(q="lale", after=pages[-1].after)))
    rows = [row.name for page in pages for row in page.rows]
    assert len(rows) == len(set(rows)) == 8
    assert [name.startswith("Lale ") for name in rows] == [True] * 4 + [False] * 4
    back = search(ClinicFilter(q="lale", before=pages[-1].before))
    assert [row.name for row in back.rows] == [row.name for row in pages[-2].rows]


@pytest.mark.parametrize("sort", ["reply", "price", "name"])
def test_another_order_is_kept_to(make_clinic: Make, sort: str) -> None:
    for name, minutes in (("Lalezar", 1), ("Lale", 2)):
        make(make_clinic, name, reply_minutes=minutes, low=6000 * minutes)
    assert found("lale", sort=sort) == (["Lale", "Lalezar"] if sort == "name" else ["Lalezar", "Lale"])


@pytest.mark.parametrize(
    ("q", "words", "href"),
    [
        ("istanbul", "Istanbul, Türkiye: see all 2 clinics", "/clinics/turkey/istanbul"),
        ("Istnbul lale", "Istanbul, Türkiye: see all 2 clinics", "/clinics/turkey/istanbul"),
        ("poland", "Poland: see 1 clinic", "/clinics/poland"),
    ],
)
def test_a_place_that_is_named_is_offered(client: Any, make_clinic: Make, q: str, words: str, href: str) -> None:
    for name in ("Clinic Lale", "Clinic Nar"):
        make(make_clinic, name)
    make(make_clinic, "Clinic Wisla", city="Gdansk", country="PL")
    facets.rebuild()
    links = client.get(f"/clinics?q={quote(q)}").page.all("a", href=href)
    assert ["".join(link.itertext()) for link in links] == [words]


def test_no_place_is_offered_where_none_is_named(client: Any, make_clinic: Make) -> None:
    make(make_clinic, "Clinic Lale")
    facets.rebuild()
    assert "see " not in client.get("/clinics?q=lale").page.text


@pytest.mark.parametrize("rank", [0, 15, 16, 17, 4_200, 94 * 2**32 + 1_999, 94 * 2**32 + 2**31 - 1, 2**63 - 1])
@pytest.mark.parametrize("shuffle", [-(2**63), -1, 0, 2**63 - 1])
def test_a_place_is_looked_for_in_the_tier_that_the_database_gave_it(app: Flask, rank: int, shuffle: int) -> None:
    with app.app_context():
        tier = db.session.scalar(select(func.search_tier_of("#c", rank, shuffle)))
    assert tier is not None
    assert tier[: search_terms.LENGTH] == search_terms.tier_of("checks", rank)
    assert tier[search_terms.LENGTH + 1 :] in {"", search_terms.part_of(shuffle)}
