"""The page for what the current state does not allow: it explains the state and shows what was typed."""

from flask import g, render_template
from flask.typing import ResponseReturnValue

from marketplace.foundation.problems import WrongState
from marketplace.foundation.security.idempotency import FormChanged
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.web.http import errors
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import current_request
from marketplace.words.request import LEAD_REFUSED, QUOTE_REFUSED, REFUSALS, REFUSING_STATES


@blueprint.errorhandler(WrongState)
def show_not_possible(problem: WrongState) -> ResponseReturnValue:
    """Shows why a request's page was refused; other pages get the site's common page for it."""
    if (
        "quote_request" not in g
        or isinstance(problem, FormChanged)
        or current_request().state not in REFUSING_STATES.patient
    ):
        return errors.show_problem(problem)
    errors.rollback()
    heading, text = _said_of(problem.reason, RequestState(current_request().state))
    page = "patient/request/not_possible.html"
    html = render_template(page, quote_request=current_request(), problem=problem, heading=heading, text=text)
    return html, problem.status


def _said_of(reason: str, state: RequestState) -> tuple[object, object]:
    if reason in REFUSALS.patient:
        return REFUSALS.patient[reason]
    if state in TAKES_QUOTES and reason.startswith("quote_"):
        return QUOTE_REFUSED
    if state in TAKES_QUOTES and reason.startswith("lead_"):
        return LEAD_REFUSED
    return REFUSING_STATES.patient[state]
