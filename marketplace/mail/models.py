"""The outbox: every email is a row of the transaction that caused it, sealed, and its id is its Message-ID."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.security.sealed import Box


class EmailState(StrEnum):
    """Where an email stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"


EMAIL_MOVES = {
    EmailState.WAITING: frozenset({EmailState.SENT, EmailState.FAILED, EmailState.SUPPRESSED}),
    EmailState.SENT: frozenset({EmailState.BOUNCED}),
    EmailState.FAILED: frozenset({EmailState.WAITING}),
}


class Email(Created, Base):
    """One email to one recipient."""

    __tablename__ = "email"
    __table_args__ = (
        *state_checks(EmailState),
        one_of("audience", ("patient", "clinic", "operator", "account")),
        Index("ix_email_state_created_at", "state", "created_at"),
        Index("ix_email_request_id", "request_id"),
        Index("ix_email_created_at_id", "created_at", "id"),
        Index("ix_email_created_at_with_text", "created_at", postgresql_where="text_sealed IS NOT NULL"),
    )

    id: Mapped[UUID] = key()
    name: Mapped[str]  # its template in templates/emails/
    audience: Mapped[str]
    locale: Mapped[str] = mapped_column(default="en")
    state: Mapped[EmailState] = mapped_column(TEXT, default=EmailState.WAITING)
    waiting_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    suppressed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]  # no attempt before
    last_error: Mapped[str | None]  # a code such as 550 or timeout, never the server's words
    unclear_attempts: Mapped[int] = mapped_column(default=0)  # endings after DATA that said neither yes nor no

    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("quote_request.id"))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # Where its one button leads: a path, or the purpose of a link that the sending job makes.
    link_purpose: Mapped[str | None]
    link_subject_id: Mapped[UUID | None]
    link_path: Mapped[str | None]

    data_key: Mapped[bytes | None]  # its own for clinics and staff; a patient's mail is sealed by the request's key
    # Empty once its time is over, or with the request it was about.
    recipient_sealed: Mapped[bytes | None]
    subject: Mapped[str]
    text_sealed: Mapped[bytes | None]
    html_sealed: Mapped[bytes | None]

    def forget(self) -> None:
        """Deletes the recipient, the text and the key they are sealed with."""
        self.data_key = self.recipient_sealed = self.text_sealed = self.html_sealed = None

    @property
    def own_box(self) -> Box:
        """Returns the box of an email that is sealed by a key of its own."""
        return Box(self.data_key, owner=self.id)
