"""Total for you, by country: the course at its middle price and the travel of the plan asked for."""

from dataclasses import dataclass
from fractions import Fraction

from marketplace.catalogue.course_costs import Total, Travel, estimated, total_for_you
from marketplace.catalogue.price_table import Row, Table
from marketplace.catalogue.trip_plans import Plan
from marketplace.foundation.values.money import half_up
from marketplace.web.public.cost_form import Asked


@dataclass(frozen=True)
class CountryTotal:
    """One country abroad: the total at the middle price, and at both ends of the range."""

    country: str
    plan: Plan
    travel: Travel
    total: Total
    low: int
    high: int
    against_home: int | None
    percent: int | None

    @property
    def fare(self) -> int:
        """One return trip, rounded as the total is."""
        return half_up(self.travel.fare, unit=self.total.unit)

    @property
    def night(self) -> int:
        """One night, rounded as the total is."""
        return half_up(self.travel.night, unit=self.total.unit)


@dataclass(frozen=True)
class Totals:
    """Every country abroad, lowest total first, and what the course costs at home: the reader's figure, else ours."""

    rows: list[CountryTotal]
    home: Fraction | None
    home_is_own: bool
    unit: int

    @property
    def at_home(self) -> int | None:
        """The course at home, rounded once; None where neither the guide nor the reader has a price."""
        return None if self.home is None else half_up(self.home, unit=self.unit)

    def of(self, country: str | None) -> CountryTotal | None:
        """The country asked for, else the lowest."""
        return next((row for row in self.rows if row.country == country), self.rows[0] if self.rows else None)


def totals(table: Table, asked: Asked, *, unit: int) -> Totals:
    """All of them for one procedure."""
    own = asked.own("own")
    home = table.home.middle_course if table.home else None
    home = home if own is None else Fraction(own)
    rows = [_of(row, asked, home=home, unit=unit) for row in table.rows if not row.is_home]
    rows.sort(key=lambda row: (row.total.exact, row.country))
    return Totals(rows, home, own is not None, unit)


def _of(row: Row, asked: Asked, *, home: Fraction | None, unit: int) -> CountryTotal:
    going = travel_of(asked, row.country)
    total, low, high = (
        total_for_you(session * row.sessions, plan=asked.plan, travel=going, unit=unit)
        for session in (row.middle, row.exact_low, row.exact_high)
    )
    less_or_more = None if home is None else total.against(home)
    return CountryTotal(
        country=row.country,
        plan=asked.plan,
        travel=going,
        total=total,
        low=low.all,
        high=high.all,
        against_home=less_or_more,
        percent=half_up(abs(total.exact - home) / home * 100) if home else None,
    )


def travel_of(asked: Asked, country: str) -> Travel:
    """The reader's own fare and night where they typed them for this country or for all, else our estimate."""
    ours = estimated(asked.home, country, asked.currency)
    if asked.country not in (None, country):
        return ours
    return ours.with_own(fare=asked.own("fare"), night=asked.own("night"))
