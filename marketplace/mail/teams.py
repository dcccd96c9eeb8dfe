"""The email that asks somebody into a team: its address was typed by an owner, and nobody confirmed it."""

from uuid import UUID

from marketplace.clinics import joining
from marketplace.clinics.events import InvitationHeldBack
from marketplace.clinics.invitations import Invitation
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.security.sealed import keyring
from marketplace.mail import allowance, outbox
from marketplace.mail.links import InvitationLink
from marketplace.mail.wording import day


def team_invitation(event: Event) -> None:
    """Who invites, which clinic, and what to do first; beyond the allowance nothing goes (MemberInvited)."""
    invitation = db.session.get_one(Invitation, UUID(str(event.reason)))
    used_up = allowance.refused(keyring.look_up_hash(invitation.email))
    if used_up:
        record(InvitationHeldBack(clinic_id=invitation.clinic_id, reason=used_up))
        return
    invited = joining.read(invitation)
    outbox.put(
        "team_invitation",
        to=invitation.email,
        audience="account",
        context={"invited": invited, "until": day(invited.until.date(), locale="en")},
        clinic_id=invitation.clinic_id,
        link=InvitationLink(invitation),
    )
