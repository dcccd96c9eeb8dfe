"""The local mailbox of development: real SMTP in, one numbered file a message."""

import argparse
import os
import signal
import socket
from pathlib import Path
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.processes import logs
from marketplace.processes.mailbox_reader import numbers


class _Keeper:
    """Stores each message whole and on disk before the sender hears 250."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._last = max(numbers(directory), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        try:
            self._store(content)
        except OSError:
            return "452 4.3.1 The mailbox cannot store it now"
        return "250 2.0.0 stored"

    def _store(self, content: bytes) -> None:
        rough = self._directory / ".incoming"
        with open(rough, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        rough.rename(self._directory / f"{self._last + 1}.eml")
        self._last += 1
        folder = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class LocalMailbox:
    """A mailbox on loopback that keeps its messages below `directory`; port 0 takes a free one."""

    def __init__(self, directory: Path, *, port: int = 0) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._port = port
        self._administrator = _Keeper(directory)
        self._controller: Controller | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def __enter__(self) -> "LocalMailbox":
        port = self._port or free_port()
        self._controller = Controller(
            self._administrator,
            hostname="127.0.0.1",
            port=port,
            ident="local mailbox",
            enable_SMTPUTF8=True,
        )
        self._controller.start()
        self._port = port
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._controller is not None:
            self._controller.stop()


def free_port() -> int:
    """Returns a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Serves until asked to stop."""
    logs.install("mailbox")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    # Blocked before the mailbox's thread starts, so that only sigwait sees them.
    awaited = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    with LocalMailbox(arguments.dir, port=arguments.port):
        signal.sigwait(awaited)


if __name__ == "__main__":
    main()
