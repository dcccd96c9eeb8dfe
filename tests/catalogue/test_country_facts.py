"""Facts of a country: only with a source and its days, and a file with less is refused, by file, country and kind."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.catalogue.content_loader import load
from marketplace.catalogue.content_rows import ContentError
from marketplace.catalogue.country_facts import FILE, CountryFact, check_days, country_facts
from marketplace.foundation import clock

INVENTED = Path(__file__).parents[1] / "content"
FACT = {
    "text": "An invented rule.",
    "source": "Invented ministry",
    "url": "https://ministry.example/rule",
    "read_on": date(2026, 6, 1),
}


def read(folder: Path, country: str = "TR", kind: str = "register", **fields: Any) -> CountryFact:
    """The fact as it is read from a folder's file; a field that is None is left out."""
    raw = {name: value for name, value in (FACT | fields).items() if value is not None}
    (folder / FILE).write_text(yaml.safe_dump({country: {kind: raw}}))
    return country_facts((str(folder),))[country][kind]


def test_a_fact_of_a_further_folder_is_read(tmp_path: Path) -> None:
    assert read(tmp_path) == CountryFact(**FACT)
    assert set(country_facts((str(INVENTED),))["TR"]) == {"injecting", "register"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "http://ministry.example/rule"}, "TR: register: url: .*https"),
        ({"url": "https://ministry.example/a rule"}, "url"),
        ({"url": "https://me@ministry.example/"}, "url"),
        ({"source": None}, "source is missing"),
        ({"read_on": None}, "read_on is missing"),
        ({"read_on": "last week"}, "read_on: a date"),
        ({"text": "See <b>here</b>"}, "text: plain words"),
        ({"text": "See [here](https://elsewhere.example)"}, "text: plain words"),
        ({"colour": "red"}, "colour is unknown"),
        ({"stored_copy": True}, "dated is missing"),
        ({"kind": "weather"}, "weather is not one of injecting, register"),
        ({"country": "DE"}, "DE: not a country with clinics"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_place(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ContentError, match=words) as refused:
        read(tmp_path, **fields)
    assert str(tmp_path / FILE) in str(refused.value)


@pytest.mark.parametrize("name", ["read_on", "dated"])
def test_no_page_was_read_or_written_after_today(name: str) -> None:
    fact = CountryFact(**{**FACT, name: date(2026, 6, 2)})
    check_days({"TR": {"register": fact}}, today=date(2026, 6, 2))
    with pytest.raises(ContentError, match="TR: register: a date is in the future"):
        check_days({"TR": {"register": fact}}, today=date(2026, 6, 1))


@pytest.mark.usefixtures("db_session")
def test_loading_the_content_checks_the_days() -> None:
    with clock.set_to(clock.now().replace(year=2020)), pytest.raises(ContentError, match="in the future"):
        load()


@pytest.mark.parametrize(("today", "is_old"), [(date(2027, 5, 31), False), (date(2027, 6, 1), True)])
def test_a_fact_is_old_by_the_pages_own_date_else_by_the_day_of_reading(today: date, is_old: bool) -> None:
    assert CountryFact(**FACT).is_old(today) is is_old
    assert CountryFact(**FACT, dated=date(2024, 1, 1)).is_old(today)
