"""The operators' door: staff only; for anyone else these pages do not exist."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.foundation.faces import Face, wear
from marketplace.foundation.timeline import act_as

door = Blueprint("operator", __name__, url_prefix="/operator")


@door.before_request
def staff_only() -> ResponseReturnValue | None:
    """Signed out: sign in first. Signed in as anyone else: not found."""
    if not current_user.is_authenticated:
        back = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/operator"
        return redirect(url_for("security.login", next=back), 303 if request.method == "POST" else 302)
    if not current_user.is_operator:
        abort(404)
    act_as(f"operator:{current_user.id}")
    wear(Face.OPERATOR)
    return None


@door.after_request
def keep_private(response: Response) -> Response:
    """For no index and no cache."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


@door.context_processor
def frame() -> dict[str, object]:
    """What the layout needs."""
    places = (
        (_("Desk"), "operator.desk"),
        (_("Clinics"), "operator.list_clinics"),
        (_("Checks"), "operator.list_checks"),
        (_("Requests"), "operator.list_requests"),
        (_("Routing"), "operator.routing"),
        (_("Emails"), "operator.list_emails"),
    )
    here = request.path
    items = [(label, url_for(endpoint), _is_here(here, url_for(endpoint))) for label, endpoint in places]
    return {"nav_items": items, "account_name": getattr(current_user, "name", None)}


def _is_here(path: str, url: str) -> bool:
    return path == url or (url != "/operator" and path.startswith(f"{url}/"))
