"""Keeps named children alive, and ends them in order."""

import logging
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, TracebackType

from marketplace.processes.launch import CannotStart, StopRequested, clear_session, end

log = logging.getLogger(__name__)

TICK = 0.1
FIRST_PAUSE, MAX_PAUSE = 0.5, 10.0
SETTLED_AFTER = 30.0
GIVE_UP_AFTER = 5
# A child without a question to ask it counts as up once it has lasted this long.
LASTED = 5.0
STOP_WITHIN = 14.5
# What every child still to be stopped may count on, however long the ones before it took.
RESERVED = 1.2


@dataclass
class Child:
    """One process: how it starts, how to tell that it serves, how it is asked to stop."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    ready: Callable[[], bool] | None = None
    stop_signal: int = signal.SIGTERM
    stop_within: float = 10.5
    last_lines: Callable[[], str] = lambda: "(its messages are above)"

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    retry_at: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    served: bool = field(default=False, init=False)
    failures: list[float] = field(default_factory=list, init=False)

    def start(self) -> None:
        """Starts a new process, whatever became of the one before."""
        self.started = time.monotonic()
        try:
            self.process = self.launch()
        except OSError as error:  # no memory or no process left: later there may be
            log.warning("%s cannot be started: %s", self.name, error.strerror)
            self.on_exit()

    def note_served(self) -> bool:
        """Whether it has ever served; from then on it is restarted without end."""
        if not self.served and self.process is not None and self.process.poll() is None:
            lasted = time.monotonic() - self.started > LASTED
            self.served = self.ready() if self.ready is not None else lasted
        return self.served

    def on_exit(self) -> None:
        """Plans the next start, later each time it ends soon. Raises CannotStart for what never served."""
        now = time.monotonic()
        code = self.process.returncode if self.process is not None else None
        if self.process is not None:
            clear_session(self.process)
        self.process = None
        if now - self.started > SETTLED_AFTER:
            self.pause = FIRST_PAUSE
        self.failures = [moment for moment in self.failures if now - moment < SETTLED_AFTER] + [now]
        if not self.served and len(self.failures) >= GIVE_UP_AFTER:
            raise CannotStart(
                f"{self.name} stopped {GIVE_UP_AFTER} times in a row. Its last lines:\n{self.last_lines()}"
            )
        log.warning(
            "%s ended (exit code %s), starting it again in %.1f s",
            self.name,
            code,
            self.pause,
        )
        self.retry_at = now + self.pause
        self.pause = min(self.pause * 2, MAX_PAUSE)


class Supervisor:
    """Use as a context: leaving it stops every child, the last started first."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._stopping = False
        self._handlers: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._asked_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> bool:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        return kind is StopRequested

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def start(self, child: Child) -> None:
        """Start a child; it is kept alive from now on."""
        self.children.append(child)
        child.start()

    def wait_ready(self, child: Child, *, within: float) -> None:
        """Keeps everything alive until `child` serves; `within` is in seconds. Raises CannotStart."""
        deadline = time.monotonic() + within
        while not child.note_served():
            if time.monotonic() > deadline:
                raise CannotStart(f"{child.name} does not answer. Its last lines:\n{child.last_lines()}")
            self.tick()

    def run_once(self, name: str, launched: subprocess.Popen[bytes]) -> None:
        """Waits for a short-lived process. Raises CannotStart where it fails."""
        try:
            while launched.poll() is None:
                self.tick()
        finally:
            code = end(launched, within=2)
        if code:
            raise CannotStart(f"{name} failed (exit code {code}); its messages are above.")

    def watch(self) -> None:
        """Keep everything alive until somebody asks us to stop."""
        while True:
            self.tick()

    def tick(self) -> None:
        """Checks every child once, starts what is due, sleeps a moment. Raises StopRequested."""
        if self._stopping:
            raise StopRequested
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                child.on_exit()
            elif child.process is None and time.monotonic() >= child.retry_at:
                child.start()
            else:
                child.note_served()
        time.sleep(TICK)

    def stop(self) -> None:
        """End all children in order, all within the promised time."""
        deadline = time.monotonic() + STOP_WITHIN
        while self.children:
            child = self.children.pop()
            rest = deadline - time.monotonic() - RESERVED * len(self.children)
            if child.process is not None:
                end(
                    child.process,
                    by=child.stop_signal,
                    within=min(child.stop_within, rest),
                )
