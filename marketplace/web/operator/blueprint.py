"""The operators' blueprint: staff only; for anyone else these pages do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.foundation.database.standby import OWN_WRITES_SECONDS
from marketplace.web.http.headers import keep_private
from marketplace.web.operator.list_query import problems

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
blueprint.after_request(keep_private)
_WROTE = "wrote_at"  # in the session: when its operator last changed something, in seconds


@blueprint.after_request
def note_write(response: Response) -> Response:
    """Keeps the moment of a change, where figures may come from a standby that has not heard of it yet."""
    if request.method == "POST" and response.status_code < 400 and current_app.config["READ_DATABASE_URL"]:
        session[_WROTE] = int(clock.now().timestamp())
    return response


P = ParamSpec("P")


def figures(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Lets a page of figures read from the standby, unless its operator changed something a moment ago."""

    @wraps(view)
    def read(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if clock.now().timestamp() - session.get(_WROTE, 0) > OWN_WRITES_SECONDS:
            engines.read_figures()
        return view(*args, **kwargs)

    return read


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
    found = problems()
    shown = {"nav_items": items, "account_name": getattr(current_user, "name", None), "problems": found}
    return shown | ({"has_errors": True} if found else {})


def _is_here(path: str, url: str) -> bool:
    return path == url or (url != "/operator" and path.startswith(f"{url}/"))
