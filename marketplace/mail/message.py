"""An email as it travels: written by us byte by byte, so that no header can say more than it should."""

import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.policy import default
from email.utils import format_datetime
from functools import cached_property, lru_cache

from flask_mail import Message

_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_TEXT = re.compile(r"[ -~]*")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HEADER_VALUE = re.compile(r"[ -~]*(\n [!-~][ -~]*)*")
_NO_WORD = re.compile(r"[^A-Za-z0-9]")
_LINE_END = re.compile(r"\r\n|\r|\n")


class SevenBitMessage(Message):
    """A message in quoted-printable, text and HTML: no server has to promise eight bits or long lines.

    It is what Flask-Mail sends, without its own way of writing: that quotes a name, encodes it, and loses the quotes
    when the header is written, and builds a tree of parts each time it is asked for the bytes.
    """

    def __init__(
        self,
        *,
        desk: Address,
        to: Address,
        subject: str,
        text: str,
        html: str,
        message_id: str,
        at: datetime,
        headers: Mapping[str, str],
    ) -> None:
        """`desk` is where it comes from and where answers go."""
        self.desk, self.to = desk, to
        self.sender, self.recipients = desk.addr_spec, [to.addr_spec]
        self.subject, self.body, self.alts = subject, text, {"html": html}
        self.msgId, self.at, self.date = message_id, at, at.timestamp()
        self.extra_headers = dict(headers)
        self.reply_to = self.charset = None
        self.cc, self.bcc, self.attachments, self.mail_options, self.rcpt_options = [], [], [], [], []

    def as_bytes(self) -> bytes:
        """Returns the message: one sender, one recipient, each header once. Raises ValueError for anything else."""
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        boundary = f"=_{_NO_WORD.sub('', self.msgId)[:60]}"  # in quoted-printable no text holds this
        head = self._headers() | {
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        }
        lines = [*_header_lines(head), ""]
        for kind, text in (("plain", self.body or ""), ("html", self.alts["html"])):
            lines += [f"--{boundary}", f'Content-Type: text/{kind}; charset="utf-8"']
            lines += ["Content-Transfer-Encoding: quoted-printable", "", quoted_printable(text)]
        return "\r\n".join([*lines, f"--{boundary}--", ""]).encode("ascii")

    def _headers(self) -> dict[str, str]:
        desk, to = header_value(self.desk), header_value(self.to)
        for value, address in ((desk, self.desk), (to, self.to)):
            if not _is_one_address(value, address.addr_spec):
                raise ValueError("a header holds another address")
        written = {"From": desk, "Reply-To": desk, "To": to, "Subject": encoded_subject(self.subject)}
        written |= {"Date": format_datetime(self.at), "Message-ID": self.msgId}
        if {name.casefold() for name in written} & {name.casefold() for name in self.extra_headers or {}}:
            raise ValueError("a header twice")
        return written | (self.extra_headers or {})


def _header_lines(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"{name} is no header")
        yield f"{name}: {value}".replace("\n", "\r\n")


@lru_cache(maxsize=512)
def _is_one_address(value: str, addr_spec: str) -> bool:
    """Whether a reader of the header finds this one address and no other."""
    if value == addr_spec and _PLAIN_ADDRESS.fullmatch(value):
        return True
    return [found.addr_spec for found in default.header_factory("To", value.replace("\n", "")).addresses] == [addr_spec]


def quoted_printable(text: str) -> str:
    """Returns UTF-8 text as ASCII in lines of 76 characters at most."""
    lines = _LINE_END.sub("\r\n", text) + "\r\n"  # with no line end in it the encoder would write bare ones
    return binascii.b2a_qp(lines.encode(), istext=True).decode("ascii")[:-2]


def one_address(text: str, *, name: str = "") -> Address:
    """Parses exactly one address, its domain in ASCII. Raises ValueError for none, several, or letters beyond ASCII."""
    local, _at, domain = text.rpartition("@")
    if _PLAIN_ADDRESS.fullmatch(text):
        return Address(name, local, domain)  # nothing that a parser could read in another way
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
