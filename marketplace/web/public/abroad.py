"""The usual course of a treatment at home beside the countries with the lowest totals, as the comparison begins."""

from dataclasses import dataclass

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.catalogue.published import Content
from marketplace.foundation.values.money import half_up
from marketplace.web.public.course_cost import Asked, CountryTotal, Totals, asked, totals
from marketplace.web.public.prices import price_table_of, unit_of

LOWEST = 3  # countries that home is compared with


@dataclass(frozen=True)
class Abroad:
    """What the usual course of a procedure costs at home, and the countries with the lowest totals."""

    asked: Asked
    procedure: Procedure
    session: int | None
    totals: Totals

    @property
    def lowest(self) -> list[CountryTotal]:
        """Returns the countries to compare home with."""
        return self.totals.rows[:LOWEST]


def abroad_of(content: Content, treatment: Treatment) -> Abroad | None:
    """Returns the figures that the comparison by country begins with; None for a treatment without a price."""
    ranges = content.price_ranges(treatment)
    if not ranges:
        return None
    wanted = asked(treatment, sorted({found.country for found in ranges}))
    unit = unit_of(ranges, wanted)
    table = price_table_of(ranges[0].procedure, ranges, wanted, unit=unit)
    session = half_up(table.home.middle, unit=unit) if table.home else None
    return Abroad(wanted, ranges[0].procedure, session, totals(table, wanted, unit=unit))
