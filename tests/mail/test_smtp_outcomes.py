"""What an ending means."""

import smtplib
import ssl
from datetime import timedelta

import pytest

from marketplace.mail.smtp_outcomes import Verdict, judge, pause


@pytest.mark.parametrize(
    ("error", "verdict", "code"),
    [
        (smtplib.SMTPDataError(550, b"no"), Verdict.NEVER, "550"),
        (smtplib.SMTPDataError(451, b"later"), Verdict.AGAIN, "451"),
        (smtplib.SMTPSenderRefused(553, b"no", "a@b.example"), Verdict.NEVER, "553"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no")}), Verdict.NEVER, "550"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"busy")}), Verdict.AGAIN, "450"),
        (smtplib.SMTPAuthenticationError(535, b"who"), Verdict.AGAIN, "535"),
        (smtplib.SMTPConnectError(554, b"go away"), Verdict.AGAIN, "554"),
        (smtplib.SMTPSenderRefused(530, b"sign in", "a@b.example"), Verdict.AGAIN, "530"),
        (smtplib.SMTPResponseException(502, b"no STARTTLS"), Verdict.AGAIN, "502"),
        (smtplib.SMTPNotSupportedError("no STARTTLS"), Verdict.AGAIN, "tls"),
        (ssl.SSLCertVerificationError("unknown"), Verdict.AGAIN, "tls"),
        (smtplib.SMTPServerDisconnected("gone"), Verdict.AGAIN, "disconnected"),
        (ConnectionRefusedError(), Verdict.AGAIN, "refused"),
        (TimeoutError(), Verdict.AGAIN, "timeout"),
        (OSError("no route"), Verdict.AGAIN, "unreachable"),
        (ValueError("bad header"), Verdict.NEVER, "unsendable"),
    ],
)
def test_before_the_body_every_ending_is_clear(error: Exception, verdict: Verdict, code: str) -> None:
    outcome = judge(error, data_sent=False)
    assert (outcome.verdict, outcome.code) == (verdict, code)


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), TimeoutError(), ConnectionResetError()])
def test_silence_after_the_body_is_ambiguous(error: Exception) -> None:
    assert judge(error, data_sent=True).verdict is Verdict.UNCLEAR


def test_pauses_double_up_to_half_an_hour() -> None:
    seconds = [pause(n, unclear=False).total_seconds() for n in (1, 2, 3, 8, 9, 10_000)]
    assert seconds == [10, 20, 40, 1280, 1800, 1800]


def test_an_ambiguous_ending_waits_five_minutes_at_least() -> None:
    assert pause(1, unclear=True) == timedelta(minutes=5)
    assert pause(9, unclear=True) == timedelta(minutes=30)
