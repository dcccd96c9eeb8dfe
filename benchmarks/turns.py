"""Acts that are done once each, in turns: what a form sent or a transaction costs."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks import machine
from benchmarks.load import Sample
from benchmarks.machine import CpuCounter, Queueing
from benchmarks.rounds import Compared, spread
from benchmarks.servers import Server

Act = Callable[[], None]
Prepare = Callable[[], Sequence[Act]]


def timed(acts: Iterable[Act], cpu: Callable[[], CpuCounter]) -> Sample:
    """Returns what one of the acts costs."""
    before, counter = machine.Usage.now(), cpu()
    took = [_clock(act) for act in acts]
    used = counter.milliseconds()
    others = before.share_of_others(machine.Usage.now(), milliseconds=used)
    return Sample(used / len(took), 1000 * len(took) / sum(took), median(took), max(took), others)


def _clock(act: Act) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def unhindered(acts: Sequence[Act], queueing: Queueing) -> list[float]:
    """Returns the milliseconds of each act, without those in which a thread of it waited for a core."""
    found = []
    for act in acts:
        before = queueing.milliseconds()
        clock = _clock(act)
        found.append(max(clock - (queueing.milliseconds() - before), 0.0))
    return found


@dataclass
class Late:
    """The milliseconds of the acts of one side, round by round."""

    rounds: list[list[float]] = field(default_factory=list)

    def p99(self, *, without: int | None = None) -> float:
        """Returns what 99 of 100 stayed below, all rounds together or all but one."""
        found = sorted(each for number, took in enumerate(self.rounds) if number != without for each in took)
        return found[min(len(found) - 1, int(len(found) * 0.99))]

    def ratio(self, yardstick: "Late", *, without: int | None = None) -> float:
        """Returns how many times the yardstick's p99 it is."""
        return self.p99(without=without) / yardstick.p99(without=without)

    def spread(self, yardstick: "Late") -> float:
        """Returns how far the ratio moves when one round or another is left out; 0 where there is only one."""
        if len(self.rounds) == 1:
            return 0.0
        return spread([self.ratio(yardstick, without=number) for number in range(len(self.rounds))])


@dataclass(frozen=True)
class Side:
    """One of the two: what prepares a round's acts, unmeasured, and the processes whose CPU time counts."""

    prepare: Prepare
    server: Server
    late: Late = field(default_factory=Late)

    def round(self) -> Sample:
        """Measures a round: half of the acts for what they cost, half, one by one, for how long each takes."""
        acts = self.prepare()
        half = len(acts) // 2
        sample = timed(acts[:half], self.server.cpu)
        queueing = Queueing((self.server.pid, self.server.postgres, os.getpid()))
        self.late.rounds.append(unhindered(acts[half:], queueing))
        return sample


def once_each(yardstick: Side, site: Side, *, rounds: int) -> Compared:
    """Measures A B A B. What is done once cannot be taken again, so disturbed samples stay."""
    found = Compared([], [])
    for _ in range(rounds):
        found.yardstick.append(yardstick.round())
        found.site.append(site.round())
    return found
