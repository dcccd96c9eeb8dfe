"""Links in emails: where the button leads. A link that grants access is made when the email is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from marketplace.clinics import invitations
from marketplace.clinics.invitations import Invitation
from marketplace.clinics.states import InvitationState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.mail.models import Email
from marketplace.mail.register import STREAMS
from marketplace.mail.suppression import unsubscribe_path
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.request_links import (
    BELOW_REQUEST,
    CONFIRM,
    DELETED,
    LIFETIMES,
    PAGE,
    confirmations_until,
)
from marketplace.quote_requests.states import RequestState

# What stands in the stored text until the email is sent.
PLACE = "[[link]]"


class NoLongerDue(Exception):
    """The link was used, replaced or is not wanted any more, so the email would lead nowhere."""


@dataclass(frozen=True)
class PageLink:
    """A page that asks for a sign-in or for nothing."""

    path: str


@dataclass(frozen=True)
class RequestLink:
    """The patient's own pages, opened by a signed link; `path` names the page below the request."""

    request: QuoteRequest
    path: str = ""


@dataclass(frozen=True)
class ConfirmLink:
    """The page where the patient confirms; the next one ends the one before."""

    request: QuoteRequest


@dataclass(frozen=True)
class ConfirmationsLink:
    """The page of a deleted request that shows which clinics have confirmed."""

    request: QuoteRequest


@dataclass(frozen=True)
class InvitationLink:
    """The page where somebody joins a team."""

    invitation: Invitation


@dataclass(frozen=True)
class SealedLink:
    """A link made elsewhere; it stands in the sealed text and nowhere else."""

    url: str


Link = PageLink | RequestLink | ConfirmLink | ConfirmationsLink | InvitationLink | SealedLink


class Columns(NamedTuple):
    """What of a link is kept in the row: never a token."""

    purpose: str | None = None
    subject_id: UUID | None = None
    path: str | None = None


def columns(link: Link | None) -> Columns:
    """Returns what the sending job needs to make the link. Raises ValueError for a path that is no page of ours."""
    match link:
        case PageLink(path):
            return Columns(path=_own_path(path))
        case RequestLink(request, path):
            if path and not BELOW_REQUEST.fullmatch(path):
                raise ValueError(f"no page below a request: {path}")
            return Columns(PAGE, request.id, path or None)
        case ConfirmLink(request):
            return Columns(CONFIRM, request.id)
        case ConfirmationsLink(request):
            return Columns(DELETED, request.id)
        case InvitationLink(invitation):
            return Columns(invitations.PURPOSE, invitation.id)
        case _:
            return Columns()


def shown(link: Link | None) -> str:
    """Returns what the templates print for the link; empty without one."""
    match link:
        case None:
            return ""
        case SealedLink(url):
            return url
        case _:
            return PLACE


def absolute(path: str) -> str:
    """Returns the path's address below SITE_URL, whatever host was asked. Raises ValueError for another site's path."""
    return f"{current_app.config['SITE_URL']}{_own_path(path)}"


def unsubscribe(email: Email) -> str:
    """Returns the address that stops the email's stream; empty when it belongs to none."""
    if email.account_id is None or email.name not in STREAMS:
        return ""
    return absolute(unsubscribe_path(email.account_id, email.name))


def make_ready(email: Email, *, is_new: bool = False) -> None:
    """Makes the link and starts its time; every attempt carries the same one. Raises NoLongerDue.

    `is_new`: it is known that no attempt has made it yet.
    """
    if email.link_purpose is None or email.link_subject_id is None:
        return
    ends = _end_of(email)
    link = None if is_new else db.session.get(SignedLink, email.id)
    if link is None:
        # The email's own key is the link's too: so a retry, or a worker after a crash, makes the very same token.
        signed_links.issue(
            email.link_purpose,
            subject_id=email.link_subject_id,
            lifetime=ends - clock.now(),
            replace=email.link_purpose == CONFIRM,
            id=email.id,
        )
        return
    if link.ended_at is not None:
        raise NoLongerDue("link_ended")
    link.expires_at = ends


def address(email: Email) -> str:
    """Returns the link that replaces the placeholder; empty when the email has none."""
    if email.link_purpose is None:
        return absolute(email.link_path) if email.link_path else ""
    token = signed_links.token(email.id, email.link_purpose)
    if email.link_purpose == invitations.PURPOSE:
        return absolute(f"/account/invitation/{token}")
    if email.link_purpose == CONFIRM:
        return absolute(f"/q/{token}/confirm")
    if email.link_purpose == DELETED:
        return absolute(f"/d/{token}")
    return absolute(f"/q/{token}" + (f"?to={email.link_path}" if email.link_path else ""))


def _end_of(email: Email) -> datetime:
    """Until when its link works, when it is sent now; an invitation's ends with it. Raises NoLongerDue."""
    if email.link_purpose == invitations.PURPOSE:
        invitation = db.session.get(Invitation, email.link_subject_id)
        if invitation is None or invitation.state != InvitationState.OPEN or invitation.expires_at <= clock.now():
            raise NoLongerDue("invitation_ended")
        return invitation.expires_at
    request = db.session.get(QuoteRequest, email.link_subject_id)
    if request is not None and email.link_purpose == DELETED:
        return confirmations_until(request)
    if request is None or request.state in {RequestState.WITHDRAWN, RequestState.ERASED}:
        raise NoLongerDue("erased")
    if email.link_purpose == CONFIRM and request.state != RequestState.UNCONFIRMED:
        raise NoLongerDue("confirmed")
    if email.link_purpose == CONFIRM and _has_newer(email):
        raise NoLongerDue("replaced")
    return clock.now() + LIFETIMES[str(email.link_purpose)]


def _has_newer(email: Email) -> bool:
    """A later mail to confirm the same waits or went, perhaps to another address: this one would end its link."""
    same = (Email.link_purpose == CONFIRM) & (Email.link_subject_id == email.link_subject_id)
    newer = select(Email.id).where(same, Email.id != email.id, Email.waiting_at > email.waiting_at)
    return db.session.scalar(newer.limit(1)) is not None


def _own_path(path: str) -> str:
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"not a path of ours: {path}")
    return path
