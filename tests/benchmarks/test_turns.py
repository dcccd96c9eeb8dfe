"""Acts that are done once each: what they cost, and which was late."""

import os
from collections.abc import Sequence

from benchmarks import turns
from benchmarks.machine import CpuCounter
from benchmarks.turns import Act, Late, Side


def nothing() -> None:
    """Takes no time."""


def side(*, acts: int) -> Side:
    def prepare() -> Sequence[Act]:
        return [nothing] * acts

    return Side(prepare, lambda: CpuCounter([os.getpid()]))


def test_each_act_is_timed() -> None:
    sample, took = turns.timed([nothing] * 7, lambda: CpuCounter([os.getpid()]))
    assert len(took) == 7
    assert sample.p50 <= sample.p99 == max(took)


def test_the_first_act_of_all_does_not_count_as_late() -> None:
    assert Late([900.0, *map(float, range(1, 101))]).p99 == 100


def test_both_sides_are_measured_as_often() -> None:
    first, second = side(acts=2), side(acts=3)
    found = turns.once_each(first, second, rounds=4)
    assert (len(found.yardstick), len(found.site)) == (4, 4)
    assert (len(first.late.milliseconds), len(second.late.milliseconds)) == (8, 12)
