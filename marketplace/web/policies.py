"""The guards of the access policies: each lets in by returning None. What a person may not see is not found."""

from uuid import UUID

from flask import abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from marketplace.accounts.mailed_links import is_genuine
from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import own_membership
from marketplace.foundation import clock
from marketplace.foundation.audit.log import set_actor
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import LinkGone, NotFound
from marketplace.foundation.security import limits
from marketplace.foundation.security.signed_links import SignedLink, genuine
from marketplace.leads.clocks import frozen
from marketplace.leads.queries import lead_of_clinic
from marketplace.leads.states import LeadState
from marketplace.quote_requests import read_only_links
from marketplace.web.access import Policy
from marketplace.web.patient.request_access import quotes_of_this_browser, request_of_this_browser

Answer = ResponseReturnValue | None
# The pages that stay open: why the request is frozen, and confirming that data was deleted.
OPEN_WHILE_FROZEN = ("dashboard.lead", "dashboard.confirm_deleted")


def anyone() -> Answer:
    """Lets everyone in, without reading the session, so that a cache can keep the page."""
    return None


def patient() -> Answer:
    """Lets everyone in and names the patient as the actor: patients do not sign in."""
    set_actor("patient")
    return None


def patient_of_draft() -> Answer:
    """Lets everyone in like `patient`; who sends something about a draft has its role from the first statement on."""
    if request.method == "POST" and (draft := session.get("draft")):
        use_role(DatabaseRole.PATIENT, request_id=UUID(draft))
    return patient()


def nobody() -> Answer:
    """Lets nobody in: the page belongs to a library and is not used. Raises NotFound."""
    raise NotFound("closed")


def only_in_development() -> Answer:
    """Lets everyone in, but not in production. Raises NotFound there."""
    return nobody() if current_app.config["PRODUCTION"] else None


def holder_of_a_link() -> Answer:
    """Lets in whoever holds a link of ours, and sets g.link; the view checks what it opens and its end.

    Who holds one that works sees its request. Raises LinkGone.
    """
    patient()
    g.link = _require_genuine_link()
    if g.link.ended_at is None and g.link.expires_at > clock.now():
        use_role(DatabaseRole.PATIENT, request_id=g.link.subject_id)
    return None


def _require_genuine_link() -> SignedLink:
    """Returns the link of the token in the path, if it is ours.

    Raises LinkGone, or LimitReached for a client that guesses often; a token of ours is never limited.
    """
    try:
        return genuine(_named("token"))
    except LinkGone:
        limits.consume("guess-link")
        raise


def holder_of_an_account_link() -> Answer:
    """Lets everyone in, but counts tokens that are not ours; the view answers those that do not work.

    Raises LimitReached.
    """
    if not is_genuine(str(request.endpoint), _named("token")):
        limits.consume("guess-link")
    return None


def invited() -> Answer:
    """Lets in whoever holds an invitation's link; the view checks its end and its person. Raises LinkGone."""
    if current_user.is_authenticated:
        set_actor(current_user.actor)
    with as_system():
        _require_genuine_link()
    return None


def holder_of_this_request() -> Answer:
    """Lets in the browser that opened the request by its mailed link, and sets g.quote_request. Raises LinkGone."""
    patient()
    g.quote_request = request_of_this_browser(_named("ref"))
    return None


def holder_of_these_quotes() -> Answer:
    """Lets in the same to a page that only reads, and sets g.quotes, the request with its quotes. Raises LinkGone."""
    patient()
    g.quotes = quotes_of_this_browser(_named("ref"))
    g.quote_request = g.quotes.request
    return None


def reader() -> Answer:
    """Lets in whoever has a patient's read-only link, for reading alone, and sets g.shared. Raises LinkGone.

    A client that guesses often is refused. Raises LimitReached.
    """
    try:
        g.shared = read_only_links.opened(_named("token"))
    except LinkGone:
        limits.consume("guess-link")
        raise
    engines.read_as_holder(g.shared.request_id)
    return None


def signed_in() -> Answer:
    """Lets in people with an account; redirects others to the sign-in page."""
    if current_user.is_authenticated:
        set_actor(current_user.actor)
        return None
    reads = request.method in {"GET", "HEAD"}
    back = request.full_path.rstrip("?") if reads else f"/{request.path.split('/')[1]}"
    return redirect(url_for("security.login", next=back), 302 if reads else 303)


def operator() -> Answer:
    """Lets operators in. Raises NotFound for anyone else who is signed in."""
    first = signed_in()
    if first is None:
        if not current_user.is_operator:
            raise NotFound("operator")
        use_role(DatabaseRole.OPERATOR)
    return first


def member() -> Answer:
    """Lets members of a team in, and sets g.clinic and g.membership. Raises NotFound for others with an account."""
    first = signed_in()
    if first is None:
        g.membership = own_membership(current_user.id)
        if g.membership is None:
            raise NotFound("team")
        g.clinic = g.membership.clinic
        use_role(DatabaseRole.CLINIC, clinic_id=g.clinic.id)
    return first


def member_of_this_clinic() -> Answer:
    """Lets in members of the clinic that got the request, and sets g.lead.

    Raises NotFound for another clinic's request, WrongState where the lead is frozen.
    """
    first = member()
    if first is None:
        g.lead = lead_of_clinic(g.clinic.id, _named("ref"))
        if g.lead.state == LeadState.FROZEN and request.endpoint not in OPEN_WHILE_FROZEN:
            raise frozen()
    return first


def owner() -> Answer:
    """Lets owners of a team in; aborts with 403 for its other members. Raises NotFound for others with an account."""
    first = member()
    if first is None and g.membership.role != TeamRole.OWNER:
        abort(403)
    return first


def _named(name: str) -> str:
    return str((request.view_args or {})[name])


TEAM = ("clinic", "membership")
POLICIES = {
    "public": Policy(anyone),
    "probe": Policy(anyone),
    "hook": Policy(anyone, DatabaseRole.WORKER, from_elsewhere=True),  # the view checks the sender's signature
    "one-click": Policy(anyone, DatabaseRole.WORKER, from_elsewhere=True),  # the view checks the token of its path
    "patient-form": Policy(patient_of_draft, DatabaseRole.PATIENT),
    "link-holder": Policy(holder_of_a_link, DatabaseRole.PATIENT, finds=("link",)),
    "request-holder": Policy(holder_of_this_request, DatabaseRole.PATIENT, finds=("quote_request",)),
    "quotes-holder": Policy(holder_of_these_quotes, DatabaseRole.PATIENT, finds=("quote_request", "quotes")),
    "read-only": Policy(reader, DatabaseRole.PATIENT, finds=("shared",)),
    "sign-in": Policy(
        anyone, DatabaseRole.ACCOUNT
    ),  # Flask-Security asks for the password, the code or the token of the mail
    "account-link": Policy(holder_of_an_account_link, DatabaseRole.ACCOUNT),
    "invited": Policy(invited, DatabaseRole.ACCOUNT),
    "signed-in": Policy(signed_in, DatabaseRole.ACCOUNT),
    "member": Policy(member, DatabaseRole.ACCOUNT, finds=TEAM),
    "member-of-this-clinic": Policy(member_of_this_clinic, DatabaseRole.ACCOUNT, finds=(*TEAM, "lead")),
    "owner": Policy(owner, DatabaseRole.ACCOUNT, finds=TEAM),
    "operator": Policy(operator, DatabaseRole.ACCOUNT),
    "dev-only": Policy(only_in_development),
    "closed": Policy(nobody),
}
