"""Reports as other servers write them."""

import email.message
from uuid import UUID

ORIGINAL = "Message-ID: <{id}@127.0.0.1>\r\nTo: ana.private@patient.example\r\nSubject: Your link\r\n"
STATUS = (
    "Reporting-MTA: dns; mx.relay.example\r\n{envelope}\r\n"
    "Final-Recipient: rfc822; ana.private@patient.example\r\nAction: {action}\r\n{status}"
    "Diagnostic-Code: smtp; {diagnostic}\r\n"
)
FEEDBACK = "Feedback-Type: {kind}\r\nUser-Agent: Some/1.0\r\nVersion: 1\r\n"


def _multipart(kind: str, *parts: tuple[str, str]) -> bytes:
    head = (
        "From: MAILER-DAEMON@mx.relay.example\r\nTo: quotes@meridian.example\r\nSubject: About your mail\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    )
    body = "".join(f"--b\r\nContent-Type: {mime}\r\n\r\n{text}\r\n" for mime, text in parts)
    return f"{head}{body}--b--\r\n".encode()


def bounce(
    email_id: UUID,
    *,
    status: str | None = "5.1.1",
    action: str = "failed",
    diagnostic: str = "550 5.1.1 <ana.private@patient.example> unknown",
    headers_as: str = "message/rfc822",
    envelope: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    told = STATUS.format(
        envelope=f"Original-Envelope-Id: {envelope}\r\n" if envelope else "",
        action=action,
        status=f"Status: {status}\r\n" if status else "",
        diagnostic=diagnostic,
    )
    original = () if envelope else ((headers_as, ORIGINAL.format(id=email_id) + "\r\nHello\r\n"),)
    words = ("text/plain", "Your message could not be delivered.\r\n")
    return _multipart("delivery-status", words, ("message/delivery-status", told), *original)


def complaint(email_id: UUID, *, kind: str = "abuse") -> bytes:
    """A feedback report (RFC 5965)."""
    original = ("message/rfc822", ORIGINAL.format(id=email_id) + "\r\nHello\r\n")
    told = ("message/feedback-report", FEEDBACK.format(kind=kind))
    return _multipart("feedback-report", ("text/plain", "Abuse.\r\n"), told, original)


def plain_mail(email_id: UUID) -> bytes:
    """Someone answers; not a report, whatever it quotes."""
    message = email.message.EmailMessage()
    message["Subject"] = "Re: Your link"
    message["In-Reply-To"] = f"<{email_id}@127.0.0.1>"
    message.set_content(f"550 5.1.1 <{email_id}@127.0.0.1> Action: failed")
    return message.as_bytes()
