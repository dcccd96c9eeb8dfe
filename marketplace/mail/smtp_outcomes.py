"""What an SMTP server's answer, or its silence, means for an email. Pure: no network, no database."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_mail import BadHeaderError

FIRST_PAUSE = timedelta(seconds=10)
MAX_PAUSE = timedelta(minutes=30)
# Asks to sign in, whichever command it answers: the setting is wrong, not the email.
SIGN_IN_FIRST = frozenset({530, 534, 535, 538})
MIN_PAUSE_AFTER_UNCLEAR = timedelta(minutes=5)
MAX_UNCLEAR_ATTEMPTS = 3
GIVE_UP_AFTER = timedelta(hours=72)


class Verdict(StrEnum):
    """What an attempt leads to."""

    AGAIN = "again"
    NEVER = "never"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Outcome:
    """The verdict and a code for the operator; never the server's own words, which may quote the address."""

    verdict: Verdict
    code: str


def judge(error: Exception, *, data_sent: bool) -> Outcome:
    """Classifies what an attempt ended with: a refusal of this email is final, one to talk or sign in is not.

    Once the body is given and no answer came, nobody knows whether it was accepted.
    """
    # A certificate that cannot be trusted is an OSError and a ValueError; it says nothing of the email.
    if isinstance(error, BadHeaderError | ValueError) and not isinstance(error, OSError):
        return Outcome(Verdict.NEVER, "unsendable")
    code = _code(error)
    if code is not None:
        return Outcome(Verdict.NEVER if code >= 500 and _of_this_email(error, code) else Verdict.AGAIN, str(code))
    return Outcome(Verdict.UNCLEAR if data_sent else Verdict.AGAIN, _silence(error))


def pause(attempts: int, *, unclear: bool) -> timedelta:
    """Returns how long to wait after that many attempts: doubled each time, within limits."""
    doubled = min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 12)), MAX_PAUSE)
    return max(doubled, MIN_PAUSE_AFTER_UNCLEAR) if unclear else doubled


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((answer[0] for answer in error.recipients.values()), default=None)
    # What is no answer of SMTP is no answer at all.
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 200:
        return int(error.smtp_code)
    return None


def _of_this_email(error: Exception, code: int) -> bool:
    """Sender, recipient or contents were refused; not the greeting, TLS or the sign-in."""
    refusals = smtplib.SMTPSenderRefused | smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    return isinstance(error, refusals) and code not in SIGN_IN_FIRST


def _silence(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "tls"
    # smtplib wraps a time-out into a disconnection and keeps it as the context.
    if any(isinstance(reason, TimeoutError) for reason in (error, error.__context__, error.__cause__)):
        return "timeout"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return "disconnected"
    return "unreachable"
