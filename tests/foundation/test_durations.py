"""A duration in one unit, with its plural, and never rounded."""

from datetime import timedelta

import pytest

from marketplace.foundation.values.durations import days, hours, minutes, months, seconds

pytestmark = pytest.mark.usefixtures("app")


def test_a_unit_says_one_and_many() -> None:
    assert (days(timedelta(days=1)), hours(timedelta(days=2))) == ("1 day", "48 hours")
    assert (minutes(timedelta(minutes=1)), seconds(timedelta(seconds=10))) == ("1 minute", "10 seconds")
    assert (months(timedelta(days=366)), months(timedelta(days=184))) == ("12 months", "6 months")


def test_a_unit_that_would_round_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        days(timedelta(hours=36))
