"""A talk with a mail server has an end, however little at a time the server answers."""

import smtplib
import socket
from contextlib import suppress
from threading import Timer

LONGEST = 45.0  # seconds; the database ends the transaction of a job that idles for 60


class BoundedSMTP(smtplib.SMTP):
    """Cut off after LONGEST: what was being waited for ends as a disconnection."""

    _last_moment: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._last_moment = Timer(LONGEST, self._cut_off)
        self._last_moment.daemon = True
        self._last_moment.start()
        return connection

    def _cut_off(self) -> None:
        if self.sock is not None:
            # The plain socket's own: that of a TLS socket would pull its state from under whoever reads.
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends the connection and the wait."""
        if self._last_moment is not None:
            self._last_moment.cancel()
        super().close()
