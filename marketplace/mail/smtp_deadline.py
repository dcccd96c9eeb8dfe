"""An SMTP connection that ends within a fixed time, however slowly the server answers."""

import smtplib
import socket
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import Any

_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
MAX_SECONDS = 45.0  # seconds; the database ends the transaction of a job that idles for 60


class BoundedSMTP(smtplib.SMTP):
    """Cut off after MAX_SECONDS, counted from before the first address is tried; that reads as a disconnection."""

    _last_moment: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        until = time.monotonic() + MAX_SECONDS
        connection = _connected(host, port, timeout=timeout, until=until)
        self._last_moment = Timer(until - time.monotonic(), self._cut_off)
        self._last_moment.daemon = True
        self._last_moment.start()
        return connection

    def _cut_off(self) -> None:
        if self.sock is not None:
            # The plain socket's own: that of a TLS socket would pull its state from under whoever reads.
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the connection and cancels its deadline."""
        if self._last_moment is not None:
            self._last_moment.cancel()
        super().close()


def _connected(host: str, port: int, *, timeout: float, until: float) -> socket.socket:
    """Connects to the first address that answers, all tries within one time. Raises OSError."""
    last: OSError = TimeoutError("no address answered in time")
    for family, kind, protocol, _name, address in _addresses(host, port, within=min(timeout, until - time.monotonic())):
        left = until - time.monotonic()
        if left <= 0:
            break
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(min(timeout, left))
            connection.connect(address)
        except OSError as error:
            connection.close()
            last = error
            continue
        connection.settimeout(timeout)
        return connection
    raise last


def _addresses(host: str, port: int, *, within: float) -> list[_Address]:
    """Resolves the host in a thread: the system's resolver has no time-out of its own. Raises OSError."""
    answer: SimpleQueue[list[_Address] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            answer.put(error)

    Thread(target=look_up, daemon=True).start()
    try:
        found = answer.get(timeout=within)
    except Empty:
        raise TimeoutError("no name server answered in time") from None
    if isinstance(found, OSError):
        raise found
    return found
