"""How much of this worker one mail domain may hold: a server that is silent for one domain stops no other's mail.

Kept in the worker's memory, because what is shared out are its own places; a new worker learns it again by one email.
"""

import time
from dataclasses import dataclass, field
from threading import Condition
from types import TracebackType
from typing import Self

MAX_AT_ONCE = 3  # emails to one domain
SLOW_AFTER = 2.0  # seconds in hand; nothing more is started for its domain meanwhile
SILENT_AFTER = 5.0  # seconds one email took; its domain rests afterwards
FIRST_REST, MAX_REST = 15.0, 300.0  # seconds
LOOK_AGAIN = 5.0  # seconds until it is known whether a slow one is silent
LATELY = 60.0  # seconds; a domain that answered within them is expected to answer
MAX_KNOWN = 1000  # such domains


class Busy(Exception):
    """Nothing more may be sent to the domain for that many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("busy")
        self.seconds = seconds


@dataclass
class _Domain:
    """What is being sent to one domain, since when, and how often it was silent."""

    in_hand: list[float] = field(default_factory=list)
    silences: int = 0
    rests_until: float = 0.0


class DomainLimit:
    """Limits sending to one domain at once: `with limit.place("patient.example"):` around it. Raises Busy."""

    def __init__(self) -> None:
        self.each_takes: float | None = None  # seconds that the last email took; unknown after one that went wrong
        self._domains: dict[str, _Domain] = {}
        self._answered: dict[str, float] = {}  # when, latest last
        self._changed = Condition()

    def place(self, domain: str) -> "Place":
        """Returns a place that is taken when entered and given back when left."""
        return Place(self, domain.lower())

    def answers(self, domain: str) -> bool:
        """Whether the domain answered lately and is not known to be slow or silent since."""
        with self._changed:
            answered = self._answered.get(domain.lower())
            return answered is not None and time.monotonic() - answered < LATELY

    def take(self, domain: str) -> float:
        """Takes a place, waiting a little where the domain answers quickly; returns the moment. Raises Busy."""
        with self._changed:
            while True:
                now = time.monotonic()
                found = self._domains.setdefault(domain, _Domain())
                wait = _must_wait(found, now)
                if wait is None:
                    found.in_hand.append(now)
                    return now
                if wait > SLOW_AFTER:
                    raise Busy(wait)
                self._changed.wait(wait)

    def give_back(self, domain: str, taken: float) -> None:
        """Gives a place back. A slow answer makes the domain rest, one quick answer ends all rest."""
        with self._changed:
            now, found = time.monotonic(), self._domains[domain]
            found.in_hand.remove(taken)
            if now - taken >= SILENT_AFTER:
                found.silences += 1
                found.rests_until = now + min(FIRST_REST * 2 ** min(found.silences - 1, 8), MAX_REST)
                self._answered.pop(domain, None)
            else:
                found.silences, found.rests_until = 0, 0.0
                self._note_answer(domain, now)
            if not found.in_hand and not found.silences:
                del self._domains[domain]
            self._changed.notify_all()

    def _note_answer(self, domain: str, now: float) -> None:
        self._answered.pop(domain, None)
        self._answered[domain] = now
        if len(self._answered) > MAX_KNOWN:
            del self._answered[next(iter(self._answered))]


class Place:
    """One place of one domain."""

    def __init__(self, limit: DomainLimit, domain: str) -> None:
        self._limit, self._domain = limit, domain
        self._taken = 0.0

    def __enter__(self) -> Self:
        self._taken = self._limit.take(self._domain)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limit.give_back(self._domain, self._taken)


def _must_wait(found: _Domain, now: float) -> float | None:
    """Returns the seconds to wait, or None when there is a place. More than SLOW_AFTER means: come back later."""
    if found.rests_until > now:
        return max(found.rests_until - now, SLOW_AFTER + 1)
    if not found.in_hand:
        return None
    if found.silences:
        return FIRST_REST
    if now - min(found.in_hand) >= SLOW_AFTER:
        return LOOK_AGAIN
    if len(found.in_hand) < MAX_AT_ONCE:
        return None
    return min(SLOW_AFTER, SLOW_AFTER - (now - min(found.in_hand)) + 0.01)
