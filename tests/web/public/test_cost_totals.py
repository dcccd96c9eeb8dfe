"""Total for you, by country: three homes and eight countries each, worked out by hand."""

from typing import Any

import pytest

from tests.reading import Page, words

COST = "/treatments/mesotherapy/cost?"
NAMES = {"US": "United States", "GB": "United Kingdom", "TR": "Türkiye", "TH": "Thailand", "MX": "Mexico"}
NAMES |= {"KR": "South Korea", "PL": "Poland", "IN": "India", "CZ": "Czechia"}

# Middle of the guide's range in US dollars: US 900, GB 625, TR 125, TH 165, MX 200, KR 200, PL 140, IN 95, CZ 140.
# A night: US 150, GB 130, TR 60, TH 45, MX 60, KR 85, PL 65, IN 40, CZ 75.
# Home US, 4 sessions, a trip each of 2 nights: 4 x middle + 4 x (fare + 2 x night); at home 4 x 900 = 3,600.
US = {
    "GB": ("$6,260", "$2,660 more"),  # 2,500 + 4 x (680 + 260)
    "TR": ("$4,380", "$780 more"),  # 500 + 4 x (850 + 120)
    "TH": ("$5,820", "$2,220 more"),  # 660 + 4 x (1,200 + 90)
    "MX": ("$2,800", "$800 less"),  # 800 + 4 x (380 + 120)
    "KR": ("$6,080", "$2,480 more"),  # 800 + 4 x (1,150 + 170)
    "PL": ("$3,800", "$200 more"),  # 560 + 4 x (680 + 130)
    "IN": ("$4,900", "$1,300 more"),  # 380 + 4 x (1,050 + 80)
    "CZ": ("$3,880", "$280 more"),  # 560 + 4 x (680 + 150)
}
# Home TR, 4 sessions 2 weeks apart in one stay of 3 x 14 + 1 = 43 nights; at home 4 x 125 = 500.
TR = {
    "US": ("$10,900", "$10,400 more"),  # 3,600 + 850 + 43 x 150
    "GB": ("$8,320", "$7,820 more"),  # 2,500 + 230 + 43 x 130
    "TH": ("$3,235", "$2,735 more"),  # 660 + 640 + 43 x 45
    "MX": ("$4,430", "$3,930 more"),  # 800 + 1,050 + 43 x 60
    "KR": ("$5,235", "$4,735 more"),  # 800 + 780 + 43 x 85
    "PL": ("$3,585", "$3,085 more"),  # 560 + 230 + 43 x 65
    "IN": ("$2,520", "$2,020 more"),  # 380 + 420 + 43 x 40
    "CZ": ("$4,015", "$3,515 more"),  # 560 + 230 + 43 x 75
}
# Home GB in pounds, 4 sessions 3 weeks apart on 2 trips of 22 nights, at GBP 0.85 and USD 1.25 for a euro: x 0.68.
# At home 4 x 625 = 2,500 dollars = 1,700 pounds.
GB = {
    "US": ("£7,820", "£6,120 more"),  # 3,600 + 2 x (650 + 3,300) = 11,500
    "TR": ("£2,448", "£748 more"),  # 500 + 2 x (230 + 1,320) = 3,600
    "TH": ("£2,856", "£1,156 more"),  # 660 + 2 x (780 + 990) = 4,200
    "MX": ("£3,495", "£1,795 more"),  # 800 + 2 x (850 + 1,320) = 5,140 = 3,495.20
    "KR": ("£4,243", "£2,543 more"),  # 800 + 2 x (850 + 1,870) = 6,240 = 4,243.20
    "PL": ("£2,530", "£830 more"),  # 560 + 2 x (150 + 1,430) = 3,720 = 2,529.60
    "IN": ("£2,298", "£598 more"),  # 380 + 2 x (620 + 880) = 3,380 = 2,298.40
    "CZ": ("£2,829", "£1,129 more"),  # 560 + 2 x (150 + 1,650) = 4,160 = 2,828.80
}
HOMES = [
    ("home=us&currency=USD&sessions=4&gap=3&plan=each", US),
    ("home=tr&currency=USD&sessions=4&gap=2&plan=stay", TR),
    ("home=gb&currency=GBP&sessions=4&gap=3&plan=trips&trips=2", GB),
]


def totals(page: Page) -> dict[str, list[str]]:
    """Each country's cells."""
    rows = [[words(cell) for cell in row] for row in page.one("table", id="totals").iter("tr")]
    return {row[0]: row[1:] for row in rows}


@pytest.fixture
def round_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates that can be multiplied by hand."""
    from datetime import date
    from decimal import Decimal

    from marketplace.catalogue import exchange

    per_euro = {"EUR": Decimal(1), "GBP": Decimal("0.85"), "USD": Decimal("1.25")}
    monkeypatch.setattr(exchange, "rates", lambda: exchange.Rates(date(2026, 10, 30), per_euro))


@pytest.mark.usefixtures("round_rates")
@pytest.mark.parametrize(("query", "by_hand"), HOMES)
def test_every_total_is_the_one_worked_out_by_hand(client: Any, query: str, by_hand: dict[str, Any]) -> None:
    shown = totals(client.get(COST + query).page)
    for code, (total, difference) in by_hand.items():
        cells = shown[NAMES[code]]
        assert total in cells[0], (code, cells)
        assert difference in cells[-1], (code, cells)


@pytest.mark.usefixtures("round_rates")
@pytest.mark.parametrize("query", ["home=gb&currency=GBP&sessions=5", "home=gb&currency=GBP&plan=stay", "own=900.99"])
def test_the_parts_of_every_row_add_up(client: Any, query: str) -> None:
    table = client.get(COST + query).page.one("table", id="totals")
    for row in list(table.iter("tr"))[2:]:
        amounts = [int(data.get("value")) for data in row.iter("data")]
        assert amounts[0] == amounts[1] + amounts[2]
        assert amounts[2] == amounts[3] + amounts[4]
        assert all(amount % 100 == 0 for amount in amounts)


@pytest.mark.usefixtures("round_rates")
def test_a_course_is_converted_once(client: Any) -> None:
    # 4 x $250 to 4 x $1,000 at 0.68; one session of $80 to $250 is £54 to £170
    text = client.get(COST + "home=gb&currency=GBP&sessions=4").page.text
    assert "£680 to £2,720" in text
    assert "£54 to £170" in text


def test_two_trips_of_two_nights_are_named_as_impossible(client: Any) -> None:
    text = client.get(COST + "home=gb&sessions=4&trips=2&gap=3").page.text
    assert "Travel: 2 trips of 22 nights." in text
    assert "Cannot be done: 2 trips of 2 nights. 2 sessions 3 weeks apart need 22 nights in one trip." in text


def test_one_trip_a_session_is_what_counts_by_itself(client: Any) -> None:
    assert "Travel: 4 trips of 2 nights." in client.get(COST + "home=gb").page.text


def test_ones_own_fare_and_night_count_for_every_country(client: Any) -> None:
    shown = totals(client.get(COST + "home=us&currency=USD&fare=100&night=50").page)
    assert "$1,300" in shown["Türkiye"][0]  # 500 + 4 x (100 + 2 x 50)
    assert "$1,600" in shown["South Korea"][0]  # 800 + 4 x 200


def test_for_a_country_they_count_for_that_one(client: Any) -> None:
    shown = totals(client.get(COST + "home=us&currency=USD&country=tr&fare=100&night=50").page)
    assert "$1,300" in shown["Türkiye"][0]
    assert US["KR"][0] in shown["South Korea"][0]


def test_the_estimate_fills_the_fields_and_makes_way_for_the_next_countrys(client: Any) -> None:
    page = client.get(COST + "home=us&currency=USD&country=tr").page
    assert [page.one("input", name=name).get("value") for name in ("fare", "night")] == ["850", "60"]
    assert "Our estimate of 22 November 2026" in page.text
    page = client.get(COST + "home=us&currency=USD&country=kr&fare=850&fare_was=850&night=60&night_was=60").page
    assert [page.one("input", name=name).get("value") for name in ("fare", "night")] == ["1150", "85"]
    assert US["KR"][0] in totals(page)["South Korea"][0]


BAD = [
    ("sessions", "abc", "Sessions: enter a whole number from 1 to 12"),
    ("sessions", "99", "Sessions: enter a whole number from 1 to 12"),
    ("gap", "0", "Weeks between: enter a whole number from 1 to 12"),
    ("trips", "99", "How many trips: enter a whole number from 1 to 12"),
    ("trips", "5", "How many trips: enter no more trips than sessions"),
    ("fare", "abc", "Return trip: enter an amount, like 150 or 150.50"),
    ("night", "-3", "One night: write the amount without a minus sign"),
    ("own", "0", "My own price at home, for the whole course: enter an amount above 0"),
]


@pytest.mark.parametrize(("name", "typed", "error"), BAD)
def test_what_cannot_be_used_is_shown_back_with_its_error(client: Any, name: str, typed: str, error: str) -> None:
    answer = client.get(COST + f"home=us&currency=USD&{name}={typed}")
    field = answer.page.one("input", name=name)
    assert (answer.status_code, field.get("value"), field.get("aria-invalid")) == (200, typed, "true")
    assert error in words(answer.page.one("div", role="alert"))
    assert error in words(answer.page.one("p", id=f"{name}-error"))
    assert US["TR"][0] in totals(answer.page)["Türkiye"][0]


@pytest.mark.parametrize("query", ["home=zz", "currency=XXX", "plan=fly", "country=zz"])
def test_what_is_on_no_list_is_named(client: Any, query: str) -> None:
    answer = client.get(COST + query)
    assert answer.status_code == 200
    assert f"“{query.split('=')[1]}” is not on the list" in words(answer.page.one("div", role="alert"))


@pytest.mark.parametrize(("home", "sign"), [("gb", "£"), ("de", "€"), ("us", "$"), ("tr", "TRY"), ("ae", "€")])
def test_the_home_country_sets_the_currency(client: Any, home: str, sign: str) -> None:
    assert sign in totals(client.get(COST + f"home={home}").page)["Poland"][0]


def test_no_table_mixes_whole_units_and_cents(client: Any) -> None:
    page = client.get(COST + "home=gb&sessions=1").page
    assert all(int(amount.get("value")) % 100 == 0 for amount in page.all("data", class_="money"))
