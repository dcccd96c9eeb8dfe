"""What a country's page says of the country: from official pages with their day, or what to ask the clinic for."""

from csv import DictReader
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.catalogue.country_facts import FACT_KINDS
from marketplace.foundation import clock
from tests.reading import words

CONTENT = str(Path(__file__).parents[2] / "content")
NOT_READ = "Not read yet"


@pytest.fixture(autouse=True)
def invented_facts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "CONTENT_FOLDERS", (CONTENT,))


def rows(client: Any, country: str) -> dict[str, Any]:
    """Each row of the table by its heading."""
    with clock.set_to(datetime(2026, 7, 1, tzinfo=UTC)):
        table = client.get(f"/treatments/mesotherapy/{country}").page.one("table", id="country-facts")
    return {words(row.find("th")): row for row in list(table.iter("tr"))[1:]}


def test_a_fact_has_its_source_and_its_day(client: Any) -> None:
    row = rows(client, "turkey")["Who may inject"]
    link = next(row.iter("a"))
    assert (link.get("href"), words(link)) == (
        "https://ministry.example/rules/injections",
        "Invented ministry, rule on injections",
    )
    assert "Read on 1 June 2026" in words(row)
    assert "months old" not in words(row)


def test_an_old_page_and_a_stored_copy_say_so(client: Any) -> None:
    row = words(rows(client, "turkey")["Where to look a person up"])
    assert "Read on 1 June 2026, a stored copy" in row
    assert "The page is of 1 June 2024" in row
    assert "More than 12 months old: ask whether it still holds" in row


def test_what_was_not_read_is_one_row_of_what_to_ask_for(client: Any) -> None:
    found = rows(client, "thailand")
    assert list(found) == [NOT_READ]
    asks = [words(each) for each in found[NOT_READ].iter("li")]
    assert len(asks) == len(FACT_KINDS)
    assert "its licence, who gave it, its number and its last day" in asks


def test_what_was_read_is_not_asked_for(client: Any) -> None:
    found = rows(client, "turkey")
    read = len(found) - 1
    assert len(list(found[NOT_READ].iter("li"))) == len(FACT_KINDS) - read


def test_the_facts_are_a_file_too_with_their_sources(client: Any) -> None:
    rows = list(DictReader(client.get("/country-facts.csv").text.splitlines()))
    (found,) = [row for row in rows if (row["country"], row["kind"]) == ("TR", "injecting")]
    assert (found["url"], found["read_on"], found["dated"]) == (
        "https://ministry.example/rules/injections",
        "2026-06-01",
        "",
    )
