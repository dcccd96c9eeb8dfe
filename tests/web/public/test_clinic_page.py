"""The page of a clinic: where a reader asks it, and what it lists."""

import re
from pathlib import Path
from typing import Any

from tests.factories import Make
from tests.reading import words

CSS = Path("static/css/layout.css").read_text()


def asks(page: Any) -> list[str]:
    """The classes of what each link to ask the clinic stands in."""
    links = [each for each in page.all("p") if any("get-quotes?clinic" in a.get("href", "") for a in each.iter("a"))]
    return [each.get("class") for each in links]


def test_the_first_screen_and_the_dock_ask_and_each_screen_has_its_own(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic().slug}").page
    assert asks(page) == ["one-column", "two-columns", "dock on-phone"]
    beside_name = list(page.all("div", class_="flow")[0])
    assert beside_name[1].get("class") == "one-column"
    for hidden in (
        r"width < 62rem\) \{ \.two-columns",
        r"width >= 62rem\) \{ \.one-column",
        r"37.5rem\) or [^{]*\{ \.dock",
    ):
        assert re.search(hidden, CSS)


def test_a_paused_clinic_has_no_dock(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic(listing_state='paused').slug}").page
    assert asks(page) == []
    assert page.all("p", class_="dock on-phone") == []


def test_products_are_a_list(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic(products=['HA 135, Sample Labs', 'NCTF']).slug}").page
    listed = [words(each) for each in page.all("li")]
    assert {"HA 135, Sample Labs", "NCTF"} <= set(listed)
