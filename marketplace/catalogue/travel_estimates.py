"""Our dated estimates of travel as exact amounts in the reader's currency."""

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import travel
from marketplace.catalogue.totals import Travel
from marketplace.foundation.values.money import minor_units


def estimated(home: str, country: str, currency: str) -> Travel:
    """One return trip and one night, in minor units of `currency`, exact. Raises NoRate."""
    estimate = travel(home, country)
    fare, night = (
        exchange.exact(minor_units(amount, estimate.currency), estimate.currency, currency)
        for amount in (estimate.fare, estimate.night)
    )
    return Travel(fare, night)
