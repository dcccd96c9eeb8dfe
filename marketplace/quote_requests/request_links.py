"""The links a patient holds instead of an account."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import gathering
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import LinkGone
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.sealed import keyring
from marketplace.quote_requests.events import ConfirmationResent, LinkAsked
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.retention import CONFIRMATIONS_RETENTION
from marketplace.quote_requests.states import AT_CLINICS, RequestState

PAGE, CONFIRM, DELETED = "page", "confirm", "deleted"
LIFETIMES = {PAGE: timedelta(days=7), CONFIRM: timedelta(hours=48)}
FRESH = timedelta(minutes=10)  # a link mailed so lately shows health answers, in whatever browser
# The pages below a request that a link may lead to.
BELOW_REQUEST = re.compile(
    r"compare|clinics|sharing|delete|keep|after(?:/\d{1,2})?|kept|passport"
    r"|quotes/[1-9]\d{0,3}|messages/[a-z0-9-]{1,120}"
)
WITH_PAGE = (
    *AT_CLINICS,
    *(RequestState.SETTLED, RequestState.CLOSED, RequestState.EXPIRED),
)


def open_page(token: str) -> tuple[QuoteRequest, signed_links.SignedLink]:
    """Returns the request that a page link opens, until the link expires. Raises LinkGone."""
    link = signed_links.redeem(token, purpose=PAGE)
    return _request_of(link), link


def peek_confirm(token: str) -> tuple[QuoteRequest, signed_links.SignedLink]:
    """Returns the request that the link would confirm, and changes nothing. Raises LinkGone."""
    link = signed_links.redeem(token, purpose=CONFIRM)
    request = _request_of(link)
    if request.state != RequestState.UNCONFIRMED:
        raise LinkGone("used")
    return request, link


def spend_confirm(link: signed_links.SignedLink) -> QuoteRequest:
    """Uses up a link to confirm, which works once, and returns its request, both locked. Raises LinkGone."""
    if link.purpose != CONFIRM:
        raise LinkGone("altered")
    signed_links.must_work(link)
    kept = signed_links.SignedLink
    query = select(QuoteRequest, kept).join(kept, kept.subject_id == QuoteRequest.id).where(kept.id == link.id)
    query = query.options(joinedload(QuoteRequest.treatment), joinedload(QuoteRequest.procedure))
    query = query.with_for_update(of=(QuoteRequest, kept), key_share=True)
    found = db.session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise LinkGone("altered")
    request, locked = found[0], found[1]
    signed_links.must_work(locked)
    gathering.change(locked, ended_at=clock.now())
    return request


def open_confirmations(token: str) -> tuple[QuoteRequest, signed_links.SignedLink]:
    """Returns the deleted request whose clinics may have confirmed.

    Raises LinkGone, with the code `confirmations_over` after its time.
    """
    try:
        link = signed_links.redeem(token, purpose=DELETED)
    except LinkGone as gone:
        raise LinkGone("confirmations_over", gone.message) if gone.reason == "expired" else gone from gone
    return _request_of(link), link


def link_to_confirmations(request: QuoteRequest) -> str:
    """Returns the token of a new link for the browser that has just deleted the request."""
    lifetime = confirmations_until(request) - clock.now()
    return signed_links.token_of(signed_links.issue(DELETED, subject_id=request.id, lifetime=lifetime))


def confirmations_until(request: QuoteRequest) -> datetime:
    """Returns when the page of confirmations ends, counted from the deletion."""
    return (request.withdrawn_at or request.erased_at or clock.now()) + CONFIRMATIONS_RETENTION


def mail_new_link(request: QuoteRequest) -> None:
    """Mails a new link to the address of the request itself."""
    record(LinkAsked(request_id=request.id))


def send_new_link(email: str) -> None:
    """Mails a link for each request of this address; the caller does not learn whether there is one."""
    query = select(QuoteRequest).where(QuoteRequest.email_hash == keyring.look_up_hash(email))
    with as_system():
        for request in db.session.scalars(query.order_by(QuoteRequest.created_at.desc()).limit(5)).all():
            if request.state in WITH_PAGE:
                mail_new_link(request)
            elif request.state == RequestState.UNCONFIRMED:
                record(ConfirmationResent(request_id=request.id))


def resend_confirmation(request: QuoteRequest) -> None:
    """Mails the link to confirm again; the earlier one dies when the new one is made."""
    if request.state == RequestState.UNCONFIRMED:
        record(ConfirmationResent(request_id=request.id))


def _request_of(link: signed_links.SignedLink) -> QuoteRequest:
    """Whoever holds the link sees its request, and no other."""
    use_role(DatabaseRole.PATIENT, request_id=link.subject_id)
    request = db.session.get(QuoteRequest, link.subject_id)
    if request is None:
        raise LinkGone("altered")
    return request
