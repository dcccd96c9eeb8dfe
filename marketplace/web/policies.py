"""Who may do what: one guard a policy, each lets in by returning nothing. What is not yours is not found."""

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from marketplace.accounts.mailed_links import is_genuine
from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import membership_of
from marketplace.foundation.audit.log import set_actor
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import LinkGone, NotFound
from marketplace.foundation.security import limits
from marketplace.foundation.security.signed_links import genuine
from marketplace.leads.freezing import frozen
from marketplace.leads.queries import lead_of_clinic
from marketplace.leads.states import LeadState
from marketplace.web.access import Policy
from marketplace.web.patient.request_access import request_of_this_browser

Answer = ResponseReturnValue | None
# Why a request is frozen, and that what was to be deleted is deleted.
OPEN_WHILE_FROZEN = ("dashboard.lead", "dashboard.confirm_deleted")


def anyone() -> Answer:
    """Lets everyone in, without reading the session, so that a cache can keep the page."""
    return None


def patient() -> Answer:
    """Lets everyone in as the patient: nobody signs in here."""
    set_actor("patient")
    return None


def nobody() -> Answer:
    """Lets nobody in: a page of a library that this site does without. Raises NotFound."""
    raise NotFound("closed")


def only_in_development() -> Answer:
    """In production there is no such page, should it ever be bound."""
    return nobody() if current_app.config["PRODUCTION"] else None


def holder_of_a_link() -> Answer:
    """The token is one of ours; what it opens, until when and how often is the link's own matter."""
    patient()
    _require_genuine_link()
    return None


def _require_genuine_link() -> None:
    """Guessing takes time; a token that we made is never refused for the guesses of others. Raises LinkGone."""
    try:
        genuine(_named("token"))
    except LinkGone:
        limits.consume("guess-link")
        raise


def holder_of_an_account_link() -> Answer:
    """Whether it still works, and the page for one that does not, is the view's own matter."""
    if not is_genuine(str(request.endpoint), _named("token")):
        limits.consume("guess-link")
    return None


def invited() -> Answer:
    """Holds a link of ours; what it invites to, until when and whom is the link's own matter."""
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


def signed_in() -> Answer:
    """Anyone with an account; whoever has not signed in does so first."""
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
    """Lets members of a team in, and sets g.clinic and g.membership. Raises NotFound for who is in none."""
    first = signed_in()
    if first is None:
        g.membership = membership_of(current_user.id)
        if g.membership is None:
            raise NotFound("team")
        g.clinic = g.membership.clinic
        use_role(DatabaseRole.CLINIC, clinic_id=g.clinic.id)
    return first


def member_of_this_clinic() -> Answer:
    """The request was sent to this person's clinic; another clinic's is not found."""
    first = member()
    if first is None:
        g.lead = lead_of_clinic(g.clinic.id, _named("ref"))
        if g.lead.state == LeadState.FROZEN and request.endpoint not in OPEN_WHILE_FROZEN:
            raise frozen()
    return first


def owner() -> Answer:
    """Lets owners of a team in; aborts with 403 for its other members."""
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
    "patient-form": Policy(patient, DatabaseRole.PATIENT),
    "link-holder": Policy(holder_of_a_link, DatabaseRole.PATIENT),
    "request-holder": Policy(holder_of_this_request, DatabaseRole.PATIENT, finds=("quote_request",)),
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
