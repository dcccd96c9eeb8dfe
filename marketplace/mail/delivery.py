"""Hands one email to the SMTP server: never twice on purpose, never lost, its state written right after."""

import logging
import smtplib
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from flask import current_app
from flask_mail import BadHeaderError
from markupsafe import escape
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.foundation.security.sealed import CannotOpen, KeyMissing
from marketplace.mail import events, links, transport
from marketplace.mail.message import SevenBitMessage, one_address
from marketplace.mail.models import EMAIL_MOVES, Email, EmailState
from marketplace.mail.smtp_outcomes import GIVE_UP_AFTER, MAX_UNCLEAR_ATTEMPTS, Outcome, Verdict, judge, pause
from marketplace.mail.suppression import suppression_reason
from marketplace.quote_requests.models import QuoteRequest

log = logging.getLogger(__name__)
KEY_AWAITED = timedelta(minutes=5)
lifecycle = Lifecycle(Email, EMAIL_MOVES, refusal="email_moved_on")

# An email about an erasure must not keep the address that was erased.
FORGOTTEN_ONCE_ENDED = frozenset({"request_deleted"})


class TooEarly(Exception):
    """The next attempt is not due yet."""

    def __init__(self, at: datetime) -> None:
        super().__init__("too early")
        self.at = at


class Contents(NamedTuple):
    """What is sealed in an email's row."""

    to: str
    text: str
    html: str


def contents(email: Email) -> Contents:
    """Opens the recipient and both bodies. Raises CannotOpen once they are erased."""
    if email.recipient_sealed is None or email.text_sealed is None or email.html_sealed is None:
        raise CannotOpen("email")
    box = email.own_box if email.data_key else db.session.get_one(QuoteRequest, email.request_id).box
    return Contents(
        box.open("email.recipient_sealed", email.recipient_sealed, row=email.id),
        box.open("email.text_sealed", email.text_sealed, row=email.id),
        box.open("email.html_sealed", email.html_sealed, row=email.id),
    )


def prepare(email_id: UUID) -> bool:
    """Counts the attempt and makes the link, to be committed before anything leaves; False when over.

    Raises TooEarly: a second job must not shorten the wait that the last ending asked for, and a key may come back.
    """
    email = _lock_waiting(email_id)
    if email is None:
        return False
    if email.retry_at is not None and email.retry_at > clock.now():
        raise TooEarly(email.retry_at)
    if email.waiting_at is not None and clock.now() - email.waiting_at >= GIVE_UP_AFTER:
        _end(email, EmailState.FAILED, code=email.last_error or "gave_up")
        return False
    if (reason := _withheld(email)) is not None:
        _end(email, EmailState.SUPPRESSED, code=reason)
        record(events.EmailWithheld(**about(email), reason=reason))
        return False
    try:
        links.make_ready(email)
    except links.NoLongerDue as reason:
        _end(email, EmailState.SUPPRESSED, code=str(reason))
        return False
    email.attempts += 1
    return True


def attempt(email_id: UUID) -> datetime | None:
    """Sends the email; returns the moment to try again, or None when it is over."""
    email = _lock_waiting(email_id)
    if email is None:
        return None
    try:
        outcome = hand_over(message_of(email))
    except CannotOpen:
        _end(email, EmailState.SUPPRESSED, code="erased")
        return None
    except ValueError:
        _end(email, EmailState.FAILED, code="unsendable")
        return None
    if outcome is None:
        _end(email, EmailState.SENT, code=None)
        return None
    return note_failure(email, outcome)


def domain_of(email_id: UUID) -> str:
    """Returns the domain of the recipient's address; empty where it cannot be read."""
    email = db.session.get(Email, email_id)
    try:
        return contents(email).to.rpartition("@")[2] if email is not None else ""
    except (CannotOpen, KeyMissing):
        return ""  # sending it finds out why


def name_of(email_id: UUID) -> str | None:
    """Returns the email's name; None when there is no such email."""
    return db.session.scalar(select(Email.name).where(Email.id == email_id))


def still_waits(email_id: UUID) -> bool:
    """Whether it is still to be sent."""
    return db.session.scalar(select(Email.state).where(Email.id == email_id)) == EmailState.WAITING


def wait_again(email: Email) -> None:
    """Puts a failed email back to waiting, with all its time. Raises WrongState for any other."""
    lifecycle.move(email, EmailState.WAITING)
    email.unclear_attempts, email.retry_at = 0, None


def about(email: Email) -> dict[str, UUID | None]:
    """Returns the ids its events carry: request, clinic and account."""
    return {"request_id": email.request_id, "clinic_id": email.clinic_id, "account_id": email.account_id}


def _withheld(email: Email) -> str | None:
    """Returns why nothing goes to its address at present. Raises TooEarly while a key is missing."""
    try:
        return suppression_reason(contents(email).to, name=email.name)
    except CannotOpen:
        return None  # what is erased ends by itself
    except KeyMissing as missing:
        log.error("a master key is missing from FIELD_KEYS")
        raise TooEarly(clock.now() + KEY_AWAITED) from missing


def _lock_waiting(email_id: UUID) -> Email | None:
    """The row, held; None when it is not waiting or another worker has it in hand."""
    return db.session.execute(
        select(Email)
        .where(Email.id == email_id, Email.state == EmailState.WAITING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _end(email: Email, state: EmailState, *, code: str | None) -> None:
    email.last_error = code
    lifecycle.move(email, state)
    if state is EmailState.FAILED:
        record(events.EmailFailed(**about(email), reason=code))
    if email.name in FORGOTTEN_ONCE_ENDED:
        email.forget()


def note_failure(email: Email, outcome: Outcome) -> datetime | None:
    """Applies a refusal or silence; returns the moment to try again, or None when it is over."""
    unclear = outcome.verdict is Verdict.UNCLEAR
    email.last_error = outcome.code
    if unclear:
        email.unclear_attempts += 1
    if outcome.verdict is Verdict.NEVER or email.unclear_attempts >= MAX_UNCLEAR_ATTEMPTS:
        _end(email, EmailState.FAILED, code=outcome.code)
        return None
    email.retry_at = clock.now() + pause(email.attempts, unclear=unclear)
    return email.retry_at


def hand_over(message: SevenBitMessage) -> Outcome | None:
    """Sends the message; None when the server accepted it."""
    session = transport.open_session()
    try:
        with session:
            session.deliver(message)
    except (OSError, smtplib.SMTPException, BadHeaderError, ValueError) as error:
        return judge(error, data_sent=session.data_sent)
    return None


def message_of(email: Email, opened: Contents | None = None) -> SevenBitMessage:
    """Builds the message with the same Message-ID in every attempt, so that a reader's mailbox can tell copies.

    Raises CannotOpen, and ValueError for what cannot be sent. What was `opened` is not opened again.
    """
    sealed = opened or contents(email)
    link = links.address(email)
    return SevenBitMessage(
        desk=_desk(current_app.config["MAIL_DEFAULT_SENDER"], current_app.config["SITE_NAME"]),
        to=one_address(sealed.to),
        subject=email.subject,
        text=sealed.text.replace(links.PLACE, link),
        html=sealed.html.replace(links.PLACE, str(escape(link))),
        message_id=f"<{email.id}@{transport.site_host()}>",
        at=clock.now(),
        headers=_headers(email),
    )


def _headers(email: Email) -> dict[str, str]:
    """Returns the headers mail programs go by: automatic, its language, and how to unsubscribe from a stream."""
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": email.locale}
    if stop := links.unsubscribe(email):
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


@lru_cache(maxsize=8)
def _desk(sender: str, site_name: str) -> Address:
    """Parses MAIL_DEFAULT_SENDER into a name and an address."""
    name, address = parseaddr(sender)
    return one_address(address, name=name or site_name)
