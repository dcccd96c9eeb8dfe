"""The clinics' blueprint: members of a team; for a stranger these pages do not exist."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics.states import TeamRole
from marketplace.web.http.headers import keep_private

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")
blueprint.after_request(keep_private)


@blueprint.context_processor
def frame() -> dict[str, object]:
    """Returns what the layout of a clinic's pages needs."""
    places = (
        (_("Requests"), "dashboard.leads"),
        (_("Listing"), "dashboard.listing"),
        (_("Checks"), "dashboard.checks"),
        (_("Numbers"), "dashboard.numbers"),
        (_("Team"), "dashboard.show_team"),
    )
    links = [(label, url_for(endpoint)) for label, endpoint in places]
    items = [(label, url, request.path == url or request.path.startswith(f"{url}/")) for label, url in links]
    clinic = g.get("clinic")
    return {
        "nav_items": items,
        "clinic": clinic,
        "is_owner": "membership" in g and g.membership.role == TeamRole.OWNER,
        "clinic_name": clinic.name if clinic else None,
        "account_name": getattr(current_user, "name", None),
    }


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Redirects to the inbox: a clinic comes for its requests."""
    return redirect(url_for("dashboard.leads"), 302)
