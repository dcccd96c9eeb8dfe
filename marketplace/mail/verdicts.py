"""What an SMTP server's answer, or its silence, means for an email. Pure: no network, no database."""

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_mail import BadHeaderError

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)
PAUSE_AFTER_AMBIGUOUS = timedelta(minutes=5)
MOST_COPIES = 3
GIVE_UP_AFTER = timedelta(hours=72)


class Verdict(StrEnum):
    """What follows from one attempt."""

    AGAIN = "again"
    NEVER = "never"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Outcome:
    """The verdict and a code for the operator; never the server's own words, which may quote the address."""

    verdict: Verdict
    code: str


def judge(error: Exception, *, body_given: bool) -> Outcome:
    """A refusal of this email is final; a refusal to talk, to sign in or to answer is not.

    Once the body is given and no answer came, nobody knows whether it was accepted.
    """
    if isinstance(error, BadHeaderError | ValueError):
        return Outcome(Verdict.NEVER, "unsendable")
    code = _code(error)
    if code is not None:
        about_this_email = not isinstance(
            error, smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError
        )
        return Outcome(Verdict.NEVER if code >= 500 and about_this_email else Verdict.AGAIN, str(code))
    return Outcome(Verdict.AMBIGUOUS if body_given else Verdict.AGAIN, _silence(error))


def pause(attempts: int, *, ambiguous: bool) -> timedelta:
    """How long to wait after that many attempts: doubled each time, within limits."""
    doubled = min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 12), LONGEST_PAUSE)
    return max(doubled, PAUSE_AFTER_AMBIGUOUS) if ambiguous else doubled


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((answer[0] for answer in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code)
    return None


def _silence(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    # smtplib wraps a time-out into a disconnection and keeps it as the context.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "timeout"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return "disconnected"
    return "unreachable"
