"""Acts that are done once each, in turns: what a form sent or a transaction costs."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks import machine
from benchmarks.load import Sample
from benchmarks.machine import CpuCounter
from benchmarks.rounds import Compared

Act = Callable[[], None]
Prepare = Callable[[], Sequence[Act]]


def timed(acts: Iterable[Act], cpu: Callable[[], CpuCounter]) -> tuple[Sample, list[float]]:
    """Returns what one of the acts costs, and the milliseconds of each."""
    before, counter, took = machine.Usage.now(), cpu(), []
    for act in acts:
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    used = counter.milliseconds()
    others = before.share_of_others(machine.Usage.now(), milliseconds=used)
    return Sample(used / len(took), 1000 * len(took) / sum(took), median(took), max(took), others), took


@dataclass
class Late:
    """The milliseconds of all acts of one side, but for the first, which opens connections."""

    milliseconds: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """Returns what 99 of 100 stayed below."""
        found = sorted(self.milliseconds[1:])
        return found[min(len(found) - 1, int(len(found) * 0.99))]


@dataclass(frozen=True)
class Side:
    """One of the two: what prepares a round's acts, unmeasured, and whose CPU time counts."""

    prepare: Prepare
    cpu: Callable[[], CpuCounter]
    late: Late = field(default_factory=Late)

    def round(self) -> Sample:
        """Measures a round."""
        sample, took = timed(self.prepare(), self.cpu)
        self.late.milliseconds += took
        return sample


def once_each(yardstick: Side, site: Side, *, rounds: int) -> Compared:
    """Measures A B A B. What is done once cannot be taken again, so disturbed samples stay."""
    found = Compared([], [])
    for _ in range(rounds):
        found.yardstick.append(yardstick.round())
        found.site.append(site.round())
    return found
