"""What is read out of /proc."""

import os
import subprocess
import sys
import time

from benchmarks import machine
from benchmarks.machine import CpuCounter, Usage


def work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_the_time_of_a_process_is_counted() -> None:
    counter = CpuCounter([os.getpid()])
    work(0.1)
    assert 60 < counter.milliseconds() < 10_000


def test_the_time_of_a_child_that_has_ended_is_counted() -> None:
    counter = CpuCounter([os.getpid()])
    script = "import time\nuntil = time.process_time() + 0.2\nwhile time.process_time() < until: pass"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert counter.milliseconds() > 150


def test_what_others_used_is_what_is_left() -> None:
    before = Usage(used=100, idle=100, own=10)
    after = Usage(used=160, idle=140, own=30)
    measured = 20 * 1000 / machine.TICKS
    assert before.share_of_others(after, milliseconds=measured) == 0.2


def test_nobody_used_less_than_nothing() -> None:
    before, after = Usage(used=0, idle=0, own=0), Usage(used=10, idle=90, own=10)
    assert before.share_of_others(after, milliseconds=1000) == 0


def test_a_process_has_a_memory() -> None:
    assert machine.memory(os.getpid()) > 1
