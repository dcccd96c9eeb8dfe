"""Flask-Mail with what it lacks: a time-out, a checked certificate, safe headers, and how far a delivery came."""

import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from email import message_from_bytes
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import SMTP, compat32, default
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Connection, Message

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


WIRE = SMTP.clone(refold_source="none")
TIMEOUT = 20.0  # seconds without an answer


class TracedSMTP(BoundedSMTP):
    """An SMTP connection that knows whether the data was sent and not yet answered."""

    data_sent = False
    _garbled = False

    def getreply(self) -> tuple[int, bytes]:
        """Between 354 and the next answer nobody knows whether the email was accepted."""
        answer = super().getreply()
        # What is no answer leaves it open for good, whatever the server says next.
        self._garbled = self._garbled or (self.data_sent and answer[0] < 200)
        self.data_sent = answer[0] == 354 or self._garbled
        return answer


class SmtpSession(Connection):
    """An SMTP connection for one email."""

    host: TracedSMTP | None = None

    @property
    def data_sent(self) -> bool:
        """Whether the server may have accepted the email without our knowing."""
        return self.host is not None and self.host.data_sent

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Quits without waiting for the answer: an accepted email must be noted at once."""
        if self.host is None:
            return
        try:
            self.host.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.host.close()


class SevenBitMessage(Message):
    """A message sent as quoted-printable: no server has to promise eight bits or long lines."""

    desk: Address  # where it comes from and where answers go
    to: Address

    def _message(self) -> MIMEBase:
        """Headers with names in them are written by us and never folded anew, which would decode and split them.

        Flask-Mail quotes the name, encodes it, and loses the quotes when the header is written.
        """
        message = _alternative(super()._message())
        message.policy = compat32  # takes what is written as it is
        ours = {"From": header_value(self.desk), "Reply-To": header_value(self.desk), "To": header_value(self.to)}
        for name, value in {**ours, "Subject": encoded_subject(self.subject)}.items():
            del message[name]
            message[name] = value
        message.policy = WIRE
        return message

    def as_bytes(self) -> bytes:
        """Returns the message, parsed again first: one sender, one recipient, each header once. Raises ValueError."""
        raw = super().as_bytes()
        read = message_from_bytes(raw, policy=default)
        for name, address in {"From": self.desk, "Reply-To": self.desk, "To": self.to}.items():
            if [found.addr_spec for found in read[name].addresses] != [address.addr_spec]:
                raise ValueError(f"{name} holds another address")
        if sorted(read.keys()) != sorted(self._message().keys()):
            raise ValueError("a header nobody wrote")
        return raw

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        charset = Charset("utf-8")
        charset.body_encoding = QP
        return MIMEText(text or "", subtype, charset)  # type: ignore[arg-type] # takes a Charset, too


def _alternative(mixed: MIMEBase) -> MIMEBase:
    """Returns the text and HTML parts without the multipart for attachments around them: we send none."""
    (inner,) = cast(list[MIMEBase], mixed.get_payload())
    for name, value in mixed.items():
        if name not in inner:
            inner[name] = value
    return inner


def open_session() -> SmtpSession:
    """Returns a session with MAIL_SERVER, not yet connected."""
    return SmtpSession(current_app.extensions["mail"])


def site_host() -> str:
    """Returns the host of SITE_URL."""
    return urlsplit(current_app.config["SITE_URL"]).hostname or "localhost"


def _own_name() -> str:
    host = site_host()
    return f"[{host}]" if host.replace(".", "").isdigit() else host


_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_TEXT = re.compile(r"[ -~]*")


def one_address(text: str, *, name: str = "") -> Address:
    """Parses exactly one address, its domain in ASCII. Raises ValueError for none, several, or letters beyond ASCII."""
    local, _at, domain = text.rpartition("@")
    try:
        return Address(display_name=name, addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (MessageError, IndexError) as error:
        raise ValueError("not one address") from error


def header_value(address: Address) -> str:
    """Returns the address as a header holds it; any but the plainest name is encoded: no reader takes it apart."""
    name = address.display_name
    if not name:
        return address.addr_spec
    encoded = name if _PLAIN_NAME.fullmatch(name) and len(name) < 60 else Header(name, "utf-8").encode()
    return f"{encoded}\n <{address.addr_spec}>" if "\n" in encoded else f"{encoded} <{address.addr_spec}>"


def encoded_subject(text: str) -> str:
    """Returns a subject, encoded unless it is plain, short and cannot be mistaken for something encoded."""
    plain = _PLAIN_TEXT.fullmatch(text) and "=?" not in text and len(text) < 68
    return text if plain else Header(text, "utf-8", header_name="Subject").encode()
