"""The patients' door: the request form for anyone, a request's own pages for whoever holds its link."""

from flask import Blueprint, Response

door = Blueprint("patient", __name__)


@door.after_request
def keep_private(response: Response) -> Response:
    """For no index and no cache."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
