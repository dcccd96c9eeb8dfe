"""The patients' door: the request form for anyone, a request's own pages for whoever holds its link."""

from flask import Blueprint, Response

from marketplace.foundation.timeline import act_as

door = Blueprint("patient", __name__)


@door.before_request
def acts_as_patient() -> None:
    """Nobody signs in here; what is done is done by the patient."""
    act_as("patient")


@door.after_request
def keep_private(response: Response) -> Response:
    """For no index and no cache."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
