"""Flask-Mail with what it lacks: a time-out, a checked certificate, kept connections, and how far a delivery came."""

import smtplib
import socket
import ssl
import time
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import BadHeaderError, Connection, Mail

from marketplace.mail.alarms import Alarm
from marketplace.mail.dialling import connected
from marketplace.mail.message import SevenBitMessage

MAX_SECONDS = 45.0  # seconds; the database ends the transaction of a job that idles for 60


class BoundedSMTP(smtplib.SMTP):
    """Cut off MAX_SECONDS after an email was begun, also before the first address is tried; that reads as a
    disconnection."""

    began = 0.0
    _last_moment: Alarm | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self.began = time.monotonic()
        connection = connected(host, port, timeout=timeout, until=self.began + MAX_SECONDS)
        self._last_moment = Alarm(self._cut_off)
        self._last_moment.set(self.began + MAX_SECONDS - time.monotonic())
        return connection

    def begin_email(self) -> None:
        """Begins another email on this connection, with all the time there is for one."""
        self.began = time.monotonic()
        if self._last_moment is not None:
            self._last_moment.set(MAX_SECONDS)

    def rest(self) -> None:
        """Lets the connection lie idle."""
        if self._last_moment is not None:
            self._last_moment.cancel()

    def _cut_off(self) -> None:
        if self.sock is not None:
            # The plain socket's own: that of a TLS socket would pull its state from under whoever reads.
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the connection and cancels its deadline."""
        self.rest()
        super().close()


TIMEOUT = 20.0  # seconds without an answer
KEPT_SECONDS = 5.0  # a connection nobody uses is given up
QUIT_SECONDS = 1.0  # to say that this is the end
MAX_MESSAGES = 100  # to one connection: servers end longer talks
AGAIN_WITHIN = 5.0  # seconds of an email in which a kept connection that is over is replaced
CLOSING = 421  # whatever command it answers: the server ends the talk


class TracedSMTP(BoundedSMTP):
    """An SMTP connection that knows whether the data was sent and not yet answered."""

    data_sent = False
    data_begun = False  # of this email
    _garbled = False

    def begin_email(self) -> None:
        """Begins another email."""
        super().begin_email()
        self.data_begun = False

    def getreply(self) -> tuple[int, bytes]:
        """Between 354 and the next answer nobody knows whether the email was accepted."""
        answer = super().getreply()
        # What is no answer leaves it open for good, whatever the server says next.
        self._garbled = self._garbled or (self.data_sent and answer[0] < 200)
        self.data_sent = answer[0] == 354 or self._garbled
        self.data_begun = self.data_begun or self.data_sent
        return answer


class SmtpSession(Connection):
    """An SMTP connection for one email after the other: inside `with` it belongs to one of them.

    Afterwards it is kept for KEPT_SECONDS, unless something went wrong.
    """

    host: TracedSMTP | None = None
    _sent = 0

    def __init__(self, mail: Mail) -> None:
        super().__init__(mail)
        self._idle = Alarm(partial(_give_up, self))
        self.server = _server_of(mail)

    @property
    def data_sent(self) -> bool:
        """Whether the server may have accepted the email without our knowing."""
        return self.host is not None and self.host.data_sent

    @property
    def is_usable(self) -> bool:
        """Whether another email may be sent by this connection, as far as is known here."""
        return self.host is not None and self.host.sock is not None and self._sent < MAX_MESSAGES

    def configure_host(self) -> TracedSMTP:
        """Connects and signs in. It names itself by SITE_URL, so that no name look-up can hang."""
        server, port = self.mail.server, self.mail.port or 25
        host = TracedSMTP(server, port, local_hostname=_own_name(), timeout=TIMEOUT)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __enter__(self) -> Self:
        self._idle.cancel()
        if self.host is None:
            return super().__enter__()
        self.host.begin_email()
        return self

    def deliver(self, message: SevenBitMessage) -> None:
        """Sends one email; where a kept connection turns out to be over before its data, once more by a new one."""
        try:
            self._give(message)
        except (smtplib.SMTPException, OSError) as error:
            if self.host is None or not self._sent or self.host.data_begun or not _is_over(error):
                raise
            if time.monotonic() > self.host.began + AGAIN_WITHIN:
                raise
            self.host.close()
            self.host, self._sent = self.configure_host(), 0
            self._give(message)
        self._sent += 1

    def _give(self, message: SevenBitMessage) -> None:
        """Hands over what the message says of itself: Flask-Mail would parse its two addresses again.

        Raises BadHeaderError.
        """
        if message.has_bad_headers():
            raise BadHeaderError
        if self.host is not None:
            self.host.sendmail(message.desk.addr_spec, message.to.addr_spec, message.as_bytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keeps the connection after an answer, whatever it was; else quits."""
        answered = error is None or isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
        if answered and self.is_usable and not self.data_sent:
            self._keep()
        else:
            self.quit()

    def _keep(self) -> None:
        if self.host is not None:
            self.host.rest()
        _kept.setdefault(self.server, []).append(self)
        self._idle.set(KEPT_SECONDS)

    def quit(self) -> None:
        """Ends the talk without waiting for the answer: an accepted email must be noted at once."""
        if self.host is None:
            return
        try:
            if self.host.sock is not None:
                self.host.sock.settimeout(QUIT_SECONDS)
            self.host.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.host.close()


# Whoever takes a session out of its list has it for itself.
_kept: dict[tuple[str, int | None, bool, str | None], list[SmtpSession]] = {}


def open_session() -> SmtpSession:
    """Returns a session with MAIL_SERVER: one that was kept, or one that is not yet connected."""
    mail: Mail = current_app.extensions["mail"]
    kept = _kept.get(_server_of(mail), [])
    with suppress(IndexError):
        return kept.pop()
    return SmtpSession(mail)


def quit_all() -> None:
    """Ends every connection that is kept."""
    for kept in _kept.values():
        while kept:
            with suppress(IndexError):
                kept.pop().quit()


def _give_up(session: SmtpSession) -> None:
    with suppress(ValueError):
        _kept[session.server].remove(session)
        session.quit()


def _server_of(mail: Mail) -> tuple[str, int | None, bool, str | None]:
    return mail.server, mail.port, mail.use_tls, mail.username


def _is_over(error: Exception) -> bool:
    """Whether the server had ended the talk; not a silence, which says nothing and took its time."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == CLOSING
    if isinstance(error.__context__, TimeoutError):
        return False
    return isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError)


def site_host() -> str:
    """Returns the host of SITE_URL."""
    return urlsplit(current_app.config["SITE_URL"]).hostname or "localhost"


def _own_name() -> str:
    host = site_host()
    return f"[{host}]" if host.replace(".", "").isdigit() else host
