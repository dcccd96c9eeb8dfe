"""Reading what the local mailbox keeps. Pure reading: nothing is marked, moved or made."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path

_LINK_IN_TEXT = re.compile(r"https?://[^\s<>\"']+")
_LINK_IN_HTML = re.compile(r"""href\s*=\s*["'](https?://[^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class MailboxMessage:
    """One stored message; `text` and `html` are empty where the message has no such part."""

    n: int
    to: str
    sender: str
    subject: str
    date: datetime | None
    message_id: str
    text: str
    html: str
    links: tuple[str, ...]


def numbers(directory: Path) -> list[int]:
    """Returns the numbers of the stored messages, oldest first."""
    return sorted(int(path.stem) for path in directory.glob("*.eml") if path.stem.isdecimal())


def messages(directory: Path, *, limit: int | None = None) -> list[MailboxMessage]:
    """Returns the stored messages, newest first."""
    newest = numbers(directory)[::-1][:limit]
    return [found for found in (message(directory, n) for n in newest) if found is not None]


def message(directory: Path, n: int) -> MailboxMessage | None:
    """Returns one stored message, or None."""
    try:
        content = (directory / f"{n}.eml").read_bytes()
    except OSError:
        return None
    parsed = email.message_from_bytes(content, policy=default)
    text, html = _part(parsed, "plain"), _part(parsed, "html")
    return MailboxMessage(
        n=n,
        to=str(parsed["to"] or ""),
        sender=str(parsed["from"] or ""),
        subject=str(parsed["subject"] or ""),
        date=getattr(parsed["date"], "datetime", None),
        message_id=str(parsed["message-id"] or "").strip(),
        text=text,
        html=html,
        links=_links(text, html),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _links(text: str, html: str) -> tuple[str, ...]:
    plain = [link.rstrip(".,;:!?)]") for link in _LINK_IN_TEXT.findall(text)]
    marked = [unescape(link) for link in _LINK_IN_HTML.findall(html)]
    return tuple(dict.fromkeys(plain + marked))
