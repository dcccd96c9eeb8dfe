"""The page of a clinic: where a reader asks it, and what it lists."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marketplace.foundation import clock
from tests.factories import Make
from tests.reading import words

CSS = Path("static/css/layout.css").read_text()


def asks(page: Any) -> list[str]:
    """The classes of what each link to ask the clinic stands in."""
    links = [each for each in page.all("p") if any("get-quotes?clinic" in a.get("href", "") for a in each.iter("a"))]
    return [each.get("class") for each in links]


def test_the_first_screen_and_the_dock_ask_and_each_screen_has_its_own(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic().slug}").page
    assert asks(page) == ["off-phone", "two-columns", "dock on-phone"]
    assert page.all("li", class_="nav-action") == []
    beside_name = list(page.all("div", class_="flow")[0])
    assert beside_name[1].get("class") == "one-column"
    for hidden in (
        r"width < 62rem\) \{ \.two-columns",
        r"width >= 62rem\) \{ \.one-column",
        r"37.5rem\) or [^{]*\{ \.dock",
        r"width < 37.5rem\) and [^{]*\{ \.off-phone",
    ):
        assert re.search(hidden, CSS)


def test_a_paused_clinic_has_no_dock(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic(listing_state='paused').slug}").page
    assert asks(page) == []
    assert page.all("p", class_="dock") == []


def test_products_are_a_list(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic(products=['HA 135, Sample Labs', 'NCTF']).slug}").page
    listed = [words(each) for each in page.all("li")]
    assert {"HA 135, Sample Labs", "NCTF"} <= set(listed)


def test_hours_stand_in_order_with_the_clinics_clock_and_the_readers(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(hours={"sat": "10:00-14:00", "mon-fri": "10:00-17:00"}, timezone="Europe/Istanbul")
    with clock.set_to(datetime(2026, 12, 1, tzinfo=UTC)):
        page = client.get(f"/clinic/{clinic.slug}?home=gb").page
    told = {words(row.find("dt")): words(row.find("dd")) for row in page.one("dl", class_="clocks")}
    assert told["Open, time in Istanbul"] == "Monday to Friday 10:00 to 17:00Saturday 10:00 to 14:00Closed on Sunday"
    assert "Monday to Friday 07:00 to 14:00" in told["Open, time in London on 1 December 2026"]


def test_replies_say_how_they_are_measured_and_of_how_many(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(reply_minutes=180, leads_sent=25, leads_answered=21)
    record = words(client.get(f"/clinic/{clinic.slug}").page.all("section", class_="itemised-card")[0])
    assert "Half of the requests of the last 90 days were answered within 3 hours; silence counts" in record
    assert "21 of 25; a question or a no counts" in record
    clinic.reply_minutes, clinic.leads_sent, clinic.leads_answered = None, 2, 1
    assert "Not known yet: shown from 5 requests on" in client.get(f"/clinic/{clinic.slug}").page.text


def test_the_total_stands_above_the_prices_and_in_the_dock(client: Any, make_clinic: Make) -> None:
    page = client.get(f"/clinic/{make_clinic(low=6000).slug}?home=gb").page
    total = words(page.all("td", class_="total")[0].find("b"))
    assert words(page.one("p", class_="lead")).startswith(f"{total} total for you")
    assert total in words(page.one("p", class_="dock"))


def test_products_say_whether_they_were_checked(client: Any, make_clinic: Make) -> None:
    passed = client.get(f"/clinic/{make_clinic().slug}").page
    over = client.get(f"/clinic/{make_clinic('Over', expired=('products',)).slug}").page
    assert passed.one("span", class_="ok").get("data-state") == "passed"
    assert over.one("span", class_="bad").get("data-state") == "expired"


def test_the_checks_say_how_to_look_a_person_up(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    text = client.get(f"/clinic/{clinic.slug}/checks").page.text
    assert clinic.people[0].name in text
    assert "We hold no official address of the register in Türkiye yet" in text


def test_a_city_is_not_written_twice_in_an_address(client: Any, make_clinic: Make) -> None:
    for address in ("Long Street 1, Istanbul", "Long Street 1"):
        text = client.get(f"/clinic/{make_clinic(address=address).slug}").page.text
        assert "Long Street 1, Istanbul" in text
        assert "Istanbul, Istanbul" not in text
