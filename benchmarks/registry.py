"""Every row of the table of goals, by its number, and what a row is given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.data.cluster import Cluster
from benchmarks.data.databases import Databases
from benchmarks.figures import Figure


@dataclass(frozen=True)
class Size:
    """How much data a run has: the numbers of clinics and of requests, least first."""

    name: str
    clinics: tuple[int, ...]
    requests: tuple[int, ...]
    rounds: int

    @property
    def most_clinics(self) -> int:
        """Returns the greatest market."""
        return self.clinics[-1]

    @property
    def few_rounds(self) -> int:
        """Returns the rounds of a row that measures many pages for one figure."""
        return min(self.rounds, 3)


SMALL = Size("small", clinics=(1000, 10_000, 100_000), requests=(1000, 100_000), rounds=5)
FULL = Size("full", clinics=(1000, 10_000, 100_000, 1_000_000), requests=(1000, 100_000, 1_000_000), rounds=5)
TINY = Size("tiny", clinics=(1000, 10_000), requests=(1000, 10_000), rounds=1)  # to try the harness itself
SIZES = {size.name: size for size in (SMALL, FULL, TINY)}


@dataclass(frozen=True)
class Run:
    """One call of `make bench`."""

    size: Size
    cluster: Cluster

    @property
    def databases(self) -> Databases:
        """Returns the databases of this run."""
        return Databases(self.cluster)


Row = Callable[[Run], Iterator[Figure]]
ROWS: dict[int, tuple[str, Row]] = {}


def row(number: int, what: str) -> Callable[[Row], Row]:
    """Registers what measures a row of the table of goals."""

    def register(measure: Row) -> Row:
        ROWS[number] = (what, measure)
        return measure

    return register


def words(count: int) -> str:
    """Returns a number of things shortly: 100,000 is 100 k."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:g} M"
    return f"{count / 1000:g} k" if count >= 1000 else str(count)
