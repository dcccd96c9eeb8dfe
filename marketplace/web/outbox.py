"""The operators' window on the outbox: the one way from a door to mail, and it only reads and retries."""

from marketplace.mail.desk import EmailPage, EmailRow, emails, emails_of, retry, state_counts

__all__ = ["EmailPage", "EmailRow", "emails", "emails_of", "retry", "state_counts"]
