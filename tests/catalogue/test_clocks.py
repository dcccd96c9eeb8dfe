"""Whose clock a moment is told by."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global

from marketplace.catalogue.geography import city_of, clocks, homes, zone_of

WINTER, SUMMER = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 7, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("code", sorted(homes()))
def test_every_country_has_a_clock_of_its_own(code: str) -> None:
    assert homes()[code].timezone in get_global("territory_zones")[code]
    assert ZoneInfo(zone_of(code.lower()))


def test_both_clocks_are_named_where_they_differ() -> None:
    assert clocks(WINTER, home="GB", there="Europe/Istanbul") == ["Europe/London", "Europe/Istanbul"]
    assert clocks(WINTER, home="us", there="Asia/Bangkok") == ["America/New_York", "Asia/Bangkok"]


def test_where_they_agree_one_will_do() -> None:
    assert clocks(SUMMER, home="DE", there="Europe/Warsaw") == ["Europe/Warsaw"]
    assert clocks(SUMMER, home=None, there="Europe/Warsaw") == ["Europe/Warsaw"]


def test_a_clock_is_named_by_its_city() -> None:
    assert (city_of("America/New_York"), city_of("UTC")) == ("New York", "UTC")
