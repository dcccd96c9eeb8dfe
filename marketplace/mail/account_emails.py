"""Emails to one person's account: sign-in and invitations into a team.

Flask-Security says what happened; the words are ours, and they go by the outbox.
"""

from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from flask_security import (
    EmailValidateException,
    MailUtil,
    UserMixin,
    change_email_confirmed,
    current_user,
    hash_password,
)
from flask_security.utils import get_message

from marketplace.accounts.models import SignalDetail
from marketplace.clinics import invitation_actions
from marketplace.clinics.events import InvitationHeldBack
from marketplace.clinics.invitations import Invitation
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security.input_safety import mailable, trimmed
from marketplace.foundation.security.sealed import keyring
from marketplace.mail import events, outbox, quota
from marketplace.mail.email_text import day
from marketplace.mail.links import InvitationLink, SealedLink, absolute


class Ours(NamedTuple):
    """Our email for one of Flask-Security's, and where in its context the link is."""

    name: str
    link: str | None = None


_EMAILS = {
    "confirmation_instructions": Ours("account_confirm", link="confirmation_link"),
    "reset_instructions": Ours("account_reset", link="reset_link"),
    "reset_notice": Ours("account_password_changed"),
    "change_notice": Ours("account_password_changed"),
    "change_email_instructions": Ours("account_new_address", link="link"),
}


TO_ANY_ADDRESS = "account_new_address"


class OutboxMailUtil(MailUtil):
    """Puts every email of Flask-Security into the outbox, and reads addresses as every form of ours does."""

    def normalize(self, email: str) -> str:
        """Returns the address as it is looked up, without invisible characters around it."""
        normal: str = super().normalize(trimmed(email))
        return normal

    def validate(self, email: str) -> str:
        """Returns the address as it is stored. Raises EmailValidateException where no mail can be sent to it."""
        try:
            return mailable(email)
        except ValueError as error:
            raise EmailValidateException(get_message("INVALID_EMAIL_ADDRESS")[0]) from error

    def send_mail(  # noqa: PLR0917 (their signature)
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **context: str | UserMixin,
    ) -> None:
        """Puts our own email into the outbox; of theirs only what happened and the link are used."""
        ours = _EMAILS[template.rpartition("/")[2]]
        if ours.name == "account_reset":
            # Flask-Security hashes for an address it does not know: a known one takes as long.
            hash_password(recipient if isinstance(recipient, str) else recipient[1])
        to = recipient if isinstance(recipient, str) else recipient[1]
        if ours.name == TO_ANY_ADDRESS and _held_back(to):
            return
        link = context.get(ours.link) if ours.link else None
        outbox.put(
            ours.name,
            to=to,
            audience="account",
            context={"within": str(context.get("within", ""))},
            link=SealedLink(_on_our_site(str(link))) if link else None,
        )


def _held_back(address: str) -> bool:
    """Anyone with an account may have typed it: beyond the quota nothing goes, and only the audit log says so."""
    with as_system():
        used_up = quota.exhausted_window(keyring.look_up_hash(address))
    if used_up:
        record(events.EmailWithheld(account_id=current_user.id, reason=used_up))
    return used_up is not None


def notify_old_address(_app: Flask, *, old_email: str, **_details: SignalDetail) -> None:
    """Writes to the old address too: whoever lost an account must hear of it where they still read."""
    outbox.put("account_address_changed", to=old_email, audience="account", context={})


def install(app: Flask) -> None:
    """Connects the signals for which the library sends no email."""
    change_email_confirmed.connect(notify_old_address, app)


def _on_our_site(url: str) -> str:
    """Returns the same page below SITE_URL: the Host header has no say in what we mail."""
    parts = urlsplit(url)
    return absolute(parts.path + (f"?{parts.query}" if parts.query else ""))


def team_invitation(event: Event) -> None:
    """Who invites, which clinic, and what to do first; beyond the quota nothing goes (MemberInvited)."""
    invitation = db.session.get_one(Invitation, UUID(str(event.reason)))
    used_up = quota.exhausted_window(keyring.look_up_hash(invitation.email))
    if used_up:
        record(InvitationHeldBack(clinic_id=invitation.clinic_id, reason=used_up))
        return
    invited = invitation_actions.read_invitation(invitation)
    outbox.put(
        "team_invitation",
        to=invitation.email,
        audience="account",
        context={"invited": invited, "until": day(invited.until.date(), locale="en")},
        clinic_id=invitation.clinic_id,
        link=InvitationLink(invitation),
    )
