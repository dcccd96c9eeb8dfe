"""Mail's own door: no sign-in and no cookie; what comes in proves itself by its signature."""

from flask import Blueprint, Response

door = Blueprint("mail", __name__)


@door.after_request
def keep_private(response: Response) -> Response:
    """For no index and no cache."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
