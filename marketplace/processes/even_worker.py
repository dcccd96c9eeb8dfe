"""gunicorn's threaded worker, but for one thing: a new connection is left to a worker that has fewer.

All workers wait at one listener, and whoever wakes first takes what is there: a proxy's kept connections would all end
in one worker, and the others do nothing for as long as they last.
"""

import mmap
import socket
import struct
import time
from collections.abc import Iterator

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

MAX_SLOTS = 512  # as many workers as may be, and their successors during a reload
SPARE_SLOTS = 8  # for workers that are added by a signal
AHEAD = 2  # connections more than the worker that has fewest
# Seconds: how long the others have the first call, how often the one that waits looks, and when a worker counts as
# stuck (its loop turns once a second at least).
PATIENCE, LOOKS, STUCK_AFTER = 0.1, 0.001, 2.0
_SLOT = struct.Struct("=dq")  # when its loop last turned (0: nobody's), and its connections
_table = mmap.mmap(-1, MAX_SLOTS * _SLOT.size)


def take_slot(arbiter: Arbiter, worker: Worker) -> None:
    """Gives the worker that is about to be forked a slot that none of the living has."""
    taken = {getattr(other, "slot", None) for other in arbiter.WORKERS.values()}
    worker.slot = next(slot for slot in range(MAX_SLOTS) if slot not in taken)
    free_slot(worker)


def free_slot(worker: Worker) -> None:
    """Notes that nobody takes connections under the worker's slot."""
    _SLOT.pack_into(_table, worker.slot * _SLOT.size, 0.0, 0)


class EvenWorker(ThreadWorker):
    """Takes a new connection when it has about as few as the others, or when none of them takes it."""

    slot = 0
    _rests_until = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Takes a connection, or stops listening for a moment."""
        now = time.monotonic()
        if self._is_ahead(now) and not 0.0 < self._rests_until <= now:
            self._rests_until = now + PATIENCE
            super().set_accept_enabled(False)
            return
        self._rests_until = 0.0
        super().accept(listener)
        self._publish()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Listens again once the others have had their chance, or have caught up."""
        now = time.monotonic()
        if not enabled or now >= self._rests_until or not self._is_ahead(now):
            super().set_accept_enabled(enabled)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Turns the loop once."""
        resting = time.monotonic() < self._rests_until
        super().wait_for_and_dispatch_events(min(timeout, LOOKS) if resting else timeout)
        self._publish()

    def _publish(self) -> None:
        if self.alive:
            _SLOT.pack_into(_table, self.slot * _SLOT.size, time.monotonic(), self.nr_conns)
        else:
            free_slot(self)

    def _is_ahead(self, now: float) -> bool:
        return self.nr_conns >= min(self._of_others(now), default=self.nr_conns) + AHEAD

    def _of_others(self, now: float) -> Iterator[int]:
        """The connections of each other worker whose loop turns."""
        used = min(2 * self.cfg.workers + SPARE_SLOTS, MAX_SLOTS)  # the lowest are taken first
        for slot, (turned, connections) in enumerate(_SLOT.iter_unpack(_table[: used * _SLOT.size])):
            if slot != self.slot and now - turned < STUCK_AFTER:
                yield connections
