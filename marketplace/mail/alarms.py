"""Calls something after a time unless it was called off or put off: one thread for all, where a Timer is a thread each.

A connection needs two for every email it sends, and hardly one of them ever goes off.
"""

import heapq
import itertools
import logging
import time
from collections.abc import Callable
from threading import Condition, Thread

log = logging.getLogger(__name__)


class Alarm:
    """Calls `act` in another thread at the moment it is set to. What it calls must not wait for anything."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._at: float | None = None  # of time.monotonic; none while it is off
        self._queued: float | None = None  # when the thread looks at it; never after `_at`

    def set(self, seconds: float) -> None:
        """Sets it, or sets it anew, to go off once in that many seconds."""
        with _changed:
            self._at = time.monotonic() + seconds
            if self._queued is None or self._at < self._queued:
                _queue(self, self._at)

    def cancel(self) -> None:
        """Calls it off; nothing happens where it has gone off."""
        self._at = None

    def look(self, moment: float) -> Callable[[], None] | None:
        """Returns what is due, as the thread that looks at that moment; what was put off is looked at again."""
        if self._queued != moment:
            return None  # it was set to an earlier one since
        self._queued = None
        if self._at is None:
            return None
        if self._at > time.monotonic():
            _queue(self, self._at)
            return None
        self._at = None
        return self._act


_changed = Condition()
_queued: list[tuple[float, int, Alarm]] = []
_numbers = itertools.count()


def _queue(alarm: Alarm, moment: float) -> None:
    alarm._queued = moment
    heapq.heappush(_queued, (moment, next(_numbers), alarm))
    if _Watch.thread is None or not _Watch.thread.is_alive():
        _Watch.thread = Thread(target=_watch, name="alarms", daemon=True)
        _Watch.thread.start()
    elif _queued[0][2] is alarm:
        _changed.notify()


class _Watch:
    """The thread that looks at all of them, once one was set."""

    thread: Thread | None = None


def _watch() -> None:
    while True:
        try:
            _next()()
        except Exception:
            log.exception("an alarm failed")


def _next() -> Callable[[], None]:
    """Waits for the next that is due; returns what it calls."""
    with _changed:
        while True:
            left = _queued[0][0] - time.monotonic() if _queued else None
            if left is not None and left <= 0:
                moment, _number, alarm = heapq.heappop(_queued)
                if (act := alarm.look(moment)) is not None:
                    return act
            else:
                _changed.wait(left)
