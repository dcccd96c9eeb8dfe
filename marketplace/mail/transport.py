"""Flask-Mail with what it lacks: a time-out, a checked certificate and knowledge of how far it came."""

import smtplib
import ssl
from email.charset import QP, Charset
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from types import TracebackType
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Connection, Message

from marketplace.mail.bounded import BoundedSMTP

TIMEOUT = 20.0  # seconds without an answer


class TracedSMTP(BoundedSMTP):
    """Knows whether the body was given and not yet answered."""

    body_given = False

    def getreply(self) -> tuple[int, bytes]:
        """Between 354 and the next answer nobody knows whether the email was accepted."""
        answer = super().getreply()
        self.body_given = answer[0] == 354
        return answer


class Post(Connection):
    """One connection for one email."""

    host: TracedSMTP | None = None

    @property
    def body_given(self) -> bool:
        """Whether the ending is ambiguous."""
        return self.host is not None and self.host.body_given

    def configure_host(self) -> TracedSMTP:
        """Connects; names itself by SITE_URL, so that no name look-up can hang."""
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
        """Says goodbye without waiting for the answer: an accepted email must be noted at once."""
        if self.host is None:
            return
        try:
            self.host.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.host.close()


class SevenBitMessage(Message):
    """Text travels as quoted-printable: no server has to promise eight bits or long lines."""

    desk: Address  # where it comes from and where answers go

    def _message(self) -> MIMEBase:
        """The senders' headers are made of an address object: a name with commas or brackets stays a name.

        Flask-Mail quotes the name, encodes it, and loses the quotes when the header is written.
        """
        message = super()._message()
        for name in ("From", "Reply-To"):
            del message[name]
            message[name] = self.desk  # type: ignore[assignment]
        return message

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        charset = Charset("utf-8")
        charset.body_encoding = QP
        return MIMEText(text or "", subtype, charset)  # type: ignore[arg-type]


def open_post() -> Post:
    """A connection to MAIL_SERVER, not yet open."""
    return Post(current_app.extensions["mail"])


def site_host() -> str:
    """The domain of SITE_URL."""
    return urlsplit(current_app.config["SITE_URL"]).hostname or "localhost"


def _own_name() -> str:
    host = site_host()
    return f"[{host}]" if host.replace(".", "").isdigit() else host
