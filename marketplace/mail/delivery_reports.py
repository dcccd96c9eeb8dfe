"""What other servers report of our emails (RFC 3464, RFC 5965), and what follows; a repeated report does nothing.

Whatever stands in a report was written by others: only an id of ours and a code are taken from it. One that a mail
relay posts is signed, fresh, and accepted once.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import NotFound, Problem, Refused, WrongState
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.mail import delivery, events
from marketplace.mail.models import Email, EmailState
from marketplace.mail.suppression import ALL, OPTIONAL, Reason, suppress

BOUNCE, COMPLAINT = "bounce", "complaint"
NO_CODE = {"failed": "5.0.0", "delayed": "4.0.0"}
# RFC 3463: no such mailbox, not an address, moved away, a domain that takes no mail; a mailbox that is closed. What is
# full, too large, refused by a policy or said without a status is of one email, not of the address.
MAILBOX_GONE = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
MAX_BYTES = 2 * 1024 * 1024  # bytes
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_PLAIN = re.compile(r"(?<![\d.])[245]\d\d(?![\d.])")
FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class Report:
    """What one report says of one email."""

    email_id: UUID
    event: str
    code: str | None = None

    @property
    def permanent(self) -> bool:
        """Whether the server will not try again."""
        return (self.code or "").startswith("5")

    @property
    def mailbox_gone(self) -> bool:
        """Whether no other email would arrive there either."""
        return self.code in MAILBOX_GONE


def id_in(text: str) -> UUID | None:
    """Finds the id of an email in its Message-ID, however it is written."""
    found = _ID.search(text)
    return UUID(found.group()) if found else None


def code_in(text: str) -> str | None:
    """Finds the code in a text, 5.1.1 or else 550; never the words around it, which may quote an address."""
    enhanced, plain = _ENHANCED.search(text), _PLAIN.search(text)
    if enhanced:
        return enhanced.group()
    return plain.group() if plain else None


def read(raw: bytes) -> Report | None:
    """Reads a report out of a message; None when it is no report, not about our email, or nothing went wrong."""
    if len(raw) > MAX_BYTES:
        return None
    message = message_from_bytes(raw)
    email_id = _original(message)
    if email_id is None:
        return None
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            code = _bounced(part)
            return Report(email_id, BOUNCE, code) if code else None
        if part.get_content_type() == "message/feedback-report":
            return Report(email_id, COMPLAINT) if _complains(part) else None
    return None


def _parts(message: Message) -> Iterator[Message]:
    """Yields the parts beside the original, not those in it."""
    children = message.get_payload()
    yield from (child for child in (children if isinstance(children, list) else []) if isinstance(child, Message))


def _original(message: Message) -> UUID | None:
    """Finds our email's id by the headers of the original, else by the id of its envelope."""
    named: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            named += [_header(inner, "Message-ID") for inner in _parts(part)]
        elif kind == "text/rfc822-headers":
            payload = cast(bytes, part.get_payload(decode=True) or b"")
            named.append(_header(message_from_bytes(payload), "Message-ID"))
        elif kind == "message/delivery-status":
            named += [_header(fields, "Original-Envelope-Id") for fields in _parts(part)]
    return next((found for text in named if (found := id_in(text))), None)


def _bounced(part: Message) -> str | None:
    """Returns the code of the first recipient whose delivery failed or is delayed; an email has one recipient."""
    for fields in _parts(part):
        action = _header(fields, "Action").strip().lower()
        if action in NO_CODE:
            return code_in(_header(fields, "Status")) or code_in(_header(fields, "Diagnostic-Code")) or NO_CODE[action]
    return None


def _complains(part: Message) -> bool:
    """Whether it is a complaint; `not-spam` lifts nothing, an operator does."""
    kinds = [_header(fields, "Feedback-Type").strip().lower() for fields in _parts(part)]
    return any(kind and kind != "not-spam" for kind in kinds)


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def apply_report(report: Report) -> None:
    """Ends an email after a permanent bounce, suppresses an address that is gone, notes the rest. Raises NotFound."""
    email = db.session.scalar(select(Email).where(Email.id == report.email_id).with_for_update())
    if email is None:
        raise NotFound("email")
    if report.event == COMPLAINT:
        _apply_complaint(email)
    elif report.permanent:
        _apply_bounce(email, report)
    elif email.state == EmailState.SENT and email.last_error != report.code:
        email.last_error = report.code
        _note(events.EmailDelayed, email, reason=report.code)


def _apply_bounce(email: Email, report: Report) -> None:
    # One that waits after an unclear ending did arrive, and came back: its next attempt meets the suppression.
    if report.mailbox_gone:
        _suppress(email, reason=Reason.BOUNCE, scope=ALL)
    if email.state == EmailState.SENT:
        email.last_error = report.code
        delivery.lifecycle.move(email, EmailState.BOUNCED)
        _note(events.EmailBounced, email, reason=report.code)


def _apply_complaint(email: Email) -> None:
    if _suppress(email, reason=Reason.COMPLAINT, scope=OPTIONAL):
        _note(events.ComplaintReceived, email, reason=None)


def _suppress(email: Email, *, reason: Reason, scope: str) -> bool:
    """Suppresses the email's address; False when it is known already, or the address is forgotten."""
    try:
        address = delivery.contents(email).to
    except CannotOpen:
        return False
    return suppress(address, reason=reason, scope=scope, email_id=email.id)


def _note(event: type[Event], email: Email, *, reason: str | None) -> None:
    record(event(**delivery.about(email), reason=reason))


class HookReceipt(Base):
    """A signature that was accepted; kept for as long as it could be sent again."""

    __tablename__ = "hook_receipt"

    signature: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class BadSignature(Problem):
    """The signature is not the relay's, or too old."""

    status = 401


def check_signature(body: bytes, *, timestamp: str, signature: str, secret: str) -> None:
    """Checks that the body is signed with the secret, within five minutes, for the first time.

    Raises BadSignature, or WrongState for a replay.
    """
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest().encode(), signature.strip().lower().encode()):
        raise BadSignature("signature")
    if not timestamp.isdecimal() or abs(clock.now().timestamp() - int(timestamp)) > FRESH.total_seconds():
        raise BadSignature("timestamp")
    row = insert(HookReceipt).values(signature=expected.digest(), at=clock.now())
    first = db.session.execute(row.on_conflict_do_nothing().returning(HookReceipt.signature)).scalar()
    if first is None:
        raise WrongState("replay")


def report_in(body: bytes) -> Report:
    """Reads `message_id` or `mail_id`, `event` and, for a bounce, `diagnostic_code`. Raises Refused."""
    told = _object(body)
    email_id = id_in(_text(told, "message_id") or _text(told, "mail_id"))
    if email_id is None:
        raise Refused("message_id", field="message_id")
    event = _text(told, "event")
    if event not in (BOUNCE, COMPLAINT):
        raise Refused("event", field="event")
    code = code_in(_text(told, "diagnostic_code"))
    if event == BOUNCE and code is None:
        raise Refused("diagnostic_code", field="diagnostic_code")
    return Report(email_id, event, code)


def forget_receipts(now: datetime) -> int:
    """Deletes signatures too old to be accepted again; returns how many."""
    old = delete(HookReceipt).where(HookReceipt.at < now - 3 * FRESH).returning(HookReceipt.signature)
    return len(db.session.scalars(old).all())


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused("json") from error
    if not isinstance(told, dict):
        raise Refused("json")
    return told


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value[:1000] if isinstance(value, str) else ""
