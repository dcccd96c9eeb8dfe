"""Checks and reads the reports a mail relay posts: signed, fresh, and accepted once."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import Problem, Refused, WrongState
from marketplace.mail import delivery_reports
from marketplace.mail.delivery_reports import BOUNCE, COMPLAINT, Report

FRESH = timedelta(minutes=5)


class HookReceipt(Base):
    """A signature that was accepted; kept for as long as it could be sent again."""

    __tablename__ = "hook_receipt"

    signature: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class BadSignature(Problem):
    """The signature is not the relay's, or too old."""

    status = 401


def check(body: bytes, *, timestamp: str, signature: str, secret: str) -> None:
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
    email_id = delivery_reports.id_in(_text(told, "message_id") or _text(told, "mail_id"))
    if email_id is None:
        raise Refused("message_id", field="message_id")
    event = _text(told, "event")
    if event not in (BOUNCE, COMPLAINT):
        raise Refused("event", field="event")
    code = delivery_reports.code_in(_text(told, "diagnostic_code"))
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
