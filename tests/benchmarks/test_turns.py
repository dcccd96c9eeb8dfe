"""Acts that are done once each: what they cost, and which was late."""

import os
from collections.abc import Sequence

from benchmarks import turns
from benchmarks.machine import CpuCounter, Queueing
from benchmarks.servers import Server
from benchmarks.turns import Act, Late, Side

MINE = Server(port=0, pid=os.getpid(), postgres=os.getpid())


def nothing() -> None:
    """Takes no time."""


def side(*, acts: int) -> Side:
    def prepare() -> Sequence[Act]:
        return [nothing] * acts

    return Side(prepare, MINE)


def test_each_act_is_timed() -> None:
    done = []
    sample = turns.timed([lambda: done.append(1)] * 7, lambda: CpuCounter([os.getpid()]))
    assert len(done) == 7
    assert sample.p50 <= sample.p99


def test_an_act_does_not_last_longer_because_others_took_the_core() -> None:
    class Hindered(Queueing):
        waited = 0.0

        def milliseconds(self) -> float:
            self.waited += 500
            return self.waited

    assert turns.unhindered([nothing], Hindered([os.getpid()])) == [0]


def test_a_thread_that_waits_for_nothing_to_do_does_not_queue() -> None:
    assert Queueing([os.getpid()]).milliseconds() >= 0
    assert Queueing([2**30]).milliseconds() == 0


def test_late_is_what_one_of_a_hundred_is() -> None:
    late = Late([[float(n) for n in range(1, 51)], [float(n) for n in range(51, 101)]])
    assert late.p99() == 100
    assert late.p99(without=1) == 50
    assert late.ratio(Late([[10.0], [20.0]])) == 5


def test_both_sides_are_measured_as_often() -> None:
    first, second = side(acts=4), side(acts=6)
    found = turns.once_each(first, second, rounds=4)
    assert (len(found.yardstick), len(found.site)) == (4, 4)
    assert ([len(each) for each in first.late.rounds], len(second.late.rounds[0])) == ([2] * 4, 3)
