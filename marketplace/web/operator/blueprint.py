"""The operators' blueprint: staff only; for anyone else these pages do not exist."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.web.http.headers import keep_private

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
blueprint.after_request(keep_private)


@blueprint.context_processor
def frame() -> dict[str, object]:
    """Returns what the layout of the operators' pages needs."""
    places = (
        (_("Desk"), "operator.desk"),
        (_("Review"), "operator.list_review_items"),
        (_("Clinics"), "operator.list_clinics"),
        (_("Checks"), "operator.list_checks"),
        (_("Requests"), "operator.list_requests"),
        (_("Routing"), "operator.routing"),
        (_("Emails"), "operator.list_emails"),
        (_("Audit"), "operator.audit_log"),
    )
    here = request.path
    items = [(label, url_for(endpoint), _is_here(here, url_for(endpoint))) for label, endpoint in places]
    return {"nav_items": items, "account_name": getattr(current_user, "name", None)}


def _is_here(path: str, url: str) -> bool:
    return path == url or (url != "/operator" and path.startswith(f"{url}/"))
