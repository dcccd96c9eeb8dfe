"""Every country with clinics has what a course there costs besides the treatment."""

import pytest

from marketplace.catalogue.geography import destinations, homes, travel


@pytest.mark.parametrize("destination", destinations())
def test_a_night_and_a_fare_from_every_home_have_a_price(destination: str) -> None:
    for home in homes():
        estimate = travel(home, destination)
        assert (estimate.fare, estimate.night) > (0, 0) or home == destination
