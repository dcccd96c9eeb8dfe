"""Prices by country beside the price at home: every figure is computed from stored ranges. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

Convert = Callable[[int, str], int]  # (minor, currency) -> minor units of the reader's currency


class Range(Protocol):
    """A stored price range for one session."""

    country: str
    low: int
    high: int
    currency: str
    basis: str
    period: str
    next_review: date


@dataclass(frozen=True)
class Row:
    """One country, in minor units of the reader's currency; `versus` is per cent of the home middle, below 0: less."""

    country: str
    low: int
    high: int
    sessions: int
    basis: str
    period: str
    is_home: bool
    versus: int | None

    @property
    def middle(self) -> int:
        """Half way between low and high."""
        return (self.low + self.high) // 2

    @property
    def course(self) -> tuple[int, int]:
        """Low and high for all sessions."""
        return self.low * self.sessions, self.high * self.sessions


@dataclass(frozen=True)
class Table:
    """All countries of one procedure, home first, then by middle price; one axis from 0 for all."""

    rows: list[Row]
    home: Row | None
    axis_max: int


def against(middle: float, home_middle: float) -> int:
    """Per cent more (above 0) or less (below 0) than at home, middle to middle, to the nearest whole."""
    return round((middle - home_middle) / home_middle * 100)


def table(ranges: Sequence[Range], *, home: str, sessions: int, convert: Convert) -> Table:
    """Savings are taken from the stored amounts where the currencies agree, so that rates add no rounding."""
    at_home = next((found for found in ranges if found.country == home), None)
    rows = [_row(found, at_home, home=home, sessions=sessions, convert=convert) for found in ranges]
    rows.sort(key=lambda row: (not row.is_home, row.middle, row.country))
    highest = max((row.high for row in rows), default=1)
    return Table(rows, next((row for row in rows if row.is_home), None), axis_end(highest))


def _row(found: Range, at_home: Range | None, *, home: str, sessions: int, convert: Convert) -> Row:
    versus = None
    if at_home is not None and found.country != home:
        same = found.currency == at_home.currency
        middle = found.low + found.high if same else convert(found.low + found.high, found.currency)
        home_middle = at_home.low + at_home.high if same else convert(at_home.low + at_home.high, at_home.currency)
        versus = against(middle, home_middle)
    return Row(
        country=found.country,
        low=convert(found.low, found.currency),
        high=convert(found.high, found.currency),
        sessions=sessions,
        basis=found.basis,
        period=found.period,
        is_home=found.country == home,
        versus=versus,
    )


def axis_end(highest: int) -> int:
    """A round end of the axis, a little beyond the highest price."""
    step = 10 ** max(0, len(str(highest)) - 2)
    return (highest * 105 // 100 // step + 1) * step


def total_for_you(course: int, *, trips: int, fare: int, nights: int, night: int) -> int:
    """Course plus trips times (fare plus nights times night price)."""
    return course + trips * (fare + nights * night)
