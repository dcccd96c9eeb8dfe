"""The operators' first page and the figures of routing."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.clinics import operator_queries
from marketplace.clinics.checks import ENDING_WITHIN
from marketplace.leads import operator_queries as routing_desk
from marketplace.mail import operator_queries as outbox
from marketplace.quote_requests import operator_queries as request_desk
from marketplace.reviews import queries as reviews
from marketplace.web.operator.blueprint import blueprint


@blueprint.get("")
def desk() -> ResponseReturnValue:
    """Shows how much waits for an operator, each number with a link to its list."""
    return render_template(
        "operator/desk.html",
        listings=operator_queries.state_counts(),
        to_check=len(operator_queries.submitted_checks()),
        expired=len(operator_queries.expired_checks()),
        ending=len(operator_queries.ending_checks(within_days=ENDING_WITHIN.days)),
        without_clinic=routing_desk.waiting_without_clinic(),
        requests=request_desk.state_counts(),
        emails=outbox.state_counts(),
        to_review=reviews.undecided(),
    )


@blueprint.get("/routing")
def routing() -> ResponseReturnValue:
    """Shows where clinics are missing, and how often each clinic was proposed."""
    return render_template("operator/routing.html", gaps=routing_desk.gaps(), shares=routing_desk.shares())
