"""Connects to a mail server within a time, whatever its names and addresses do."""

import socket
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


def connected(host: str, port: int, *, timeout: float, until: float) -> socket.socket:
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
