"""Pages of the list: every clinic once, in one order, from either end, whatever was asked for."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise, product
from math import inf
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from marketplace.clinics import search as searching
from marketplace.clinics import search_plan
from marketplace.clinics.list_cursor import SORTS, RankedCursor, read_cursor, turn_of
from marketplace.clinics.models import Clinic
from marketplace.clinics.search import PAGE, ClinicFilter, ListPage, search
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.values.cursors import NotACursor
from tests.factories import Make

FILTERS = [
    {},
    {"country": "TR"},
    {"city": "Ankara"},
    {"language": "de"},
    {"procedure": "facial"},
    {"treatment": "mesotherapy"},
    {"max_price": 7000},
    {"q": "lale"},
    {"q": "lale", "procedure": "facial", "city": "Istanbul", "language": "en", "country": "TR", "max_price": 9000},
]


@pytest.fixture
def many(make_clinic: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clinics of every kind, with equals among them; a page shows three."""
    monkeypatch.setattr(searching, "PAGE", 3)
    chance = Random(7)
    for n in range(23):
        make_clinic(
            f"Lale {n % 9}",
            offers=chance.choice([("facial",), ("scalp",), ("facial", "scalp")]),
            low=chance.choice([6000, 7000, 9000]),
            country=chance.choice(["TR", "TR", "PL"]),
            city=chance.choice(["Istanbul", "Ankara"]),
            languages=chance.choice([["en"], ["de", "en"]]),
            reply_minutes=chance.choice([None, None, 60, 90]),
            expired=chance.choice([(), (), ("prices",)]),
        )


def forward(wanted: ClinicFilter) -> Iterator[ListPage]:
    page = search(wanted)
    yield page
    while page.after:
        page = search(ClinicFilter(**{**vars(wanted), "after": page.after}))
        yield page


def keys(pages: list[ListPage]) -> list[object]:
    return [row.clinic_id for page in pages for row in page.rows]


def matching(asked: dict[str, Any]) -> list[UUID]:
    """The clinics that meet the conditions, each looked at by itself."""
    return [clinic.id for clinic in db.session.scalars(select(Clinic)) if all(_meets(clinic, asked))]


def _meets(clinic: Clinic, asked: dict[str, Any]) -> Iterator[bool]:
    offers = [p for p in clinic.prices if asked.get("procedure") in (None, p.procedure.slug)]
    yield any(price.low_eur <= asked.get("max_price", price.low_eur) for price in offers)
    yield all(asked.get(name) in (None, getattr(clinic, name)) for name in ("country", "city"))
    yield asked.get("language") in (None, *clinic.languages)


@pytest.mark.parametrize("few", [-1, inf])
@pytest.mark.parametrize(("asked", "sort"), list(product(FILTERS, SORTS)), ids=str)
def test_pages_show_every_clinic_once_in_the_order_of_one_long_page(
    many: None, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str], sort: str, few: float
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(search_plan, "TRIED", min(few, 999))
    monkeypatch.setattr(search_plan, "SURE", min(few, 999))
    wanted = ClinicFilter(**asked, sort=sort)
    pages = list(forward(wanted))
    numbered = [search(ClinicFilter(**asked, sort=sort, page=n)) for n in range(1, len(pages) + 1)]
    monkeypatch.setattr(searching, "PAGE", 99)
    whole = keys([search(wanted)])
    assert set(whole) == set(matching(asked))
    assert len(set(whole)) == len(whole) > 1
    assert keys(pages) == keys(numbered) == whole
    assert search(wanted).total == (len(whole), False)


@pytest.mark.parametrize("few", [-1, inf])
@pytest.mark.parametrize("sort", SORTS)
def test_the_page_before_is_the_one_that_led_here(
    many: None, monkeypatch: pytest.MonkeyPatch, sort: str, few: float
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(search_plan, "TRIED", min(few, 999))
    monkeypatch.setattr(search_plan, "SURE", min(few, 999))
    pages = list(forward(ClinicFilter(sort=sort)))
    for earlier, later in pairwise(pages):
        back = search(ClinicFilter(sort=sort, before=later.before))
        assert (keys([back]), bool(back.before)) == (keys([earlier]), earlier is not pages[0])
        assert back.after is not None


def test_a_place_keeps_the_order_of_its_day(many: None) -> None:
    first = search(ClinicFilter())
    second = keys([search(ClinicFilter(after=first.after))])
    with clock.set_to(clock.now() + timedelta(days=1)):
        assert keys([search(ClinicFilter(after=first.after))]) == second


def test_over_a_year_every_equal_is_on_the_first_page_about_as_often(make_clinic: Make) -> None:
    clinics = [make_clinic(f"Clinic {n}") for n in range(60)]
    shuffles = sorted(row.shuffle for page in (search(ClinicFilter(page=n)) for n in (1, 2, 3)) for row in page.rows)
    assert len(shuffles) == len(clinics)
    seen = dict.fromkeys(shuffles, 0)
    for day in range(365):
        turn = turn_of(clock.today() + timedelta(days=day))
        for shuffle in sorted(shuffles, key=lambda each: (each < turn, each))[:PAGE]:
            seen[shuffle] += 1
    fair = 365 * PAGE / 60
    assert all(0.4 * fair < count < 1.6 * fair for count in seen.values()), sorted(seen.values())


PLACE = RankedCursor("checks", clock.today(), 1, 2**40, -5)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "%00",
        "a" * 500,
        "é",
        "../..",
        "' OR 1=1",
        str(PLACE)[:-1],
        str(PLACE) + "A",
        str(PLACE) + "=",
        " " + str(PLACE),
    ],
)
def test_a_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(NotACursor):
        read_cursor(text, sort="checks")


@pytest.mark.parametrize(
    "data", [b"\x03" + bytes(16) + b"a\0b", b"\x03" + bytes(16) + b"\xff", b"\x09" + bytes(30), b""]
)
@pytest.mark.parametrize("sort", SORTS)
def test_bytes_that_are_no_place_are_refused(data: bytes, sort: str) -> None:
    with pytest.raises(NotACursor):
        read_cursor(urlsafe_b64encode(data).decode().rstrip("=") or "=", sort=sort)


def test_a_place_is_one_of_its_own_order() -> None:
    assert read_cursor(str(PLACE), sort="checks") == PLACE
    for sort in set(SORTS) - {"checks"}:
        with pytest.raises(NotACursor):
            read_cursor(str(PLACE), sort=sort)
