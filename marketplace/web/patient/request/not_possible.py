"""What cannot be done as things stand: the page says how they stand, and leads back; what was typed is shown."""

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from marketplace.foundation.problems import WrongState
from marketplace.foundation.security.idempotency import FormChanged
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.web.http import errors
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import current_request

# Heading and words by the reason of the refusal.
REASONS = {
    "undo_over": (_l("This cannot be undone any more"), _l("The time in which it could be undone is over.")),
    "clinic_stopped": (_l("This clinic cannot go on at the moment"), _l("Your request page says why.")),
    "consent_changed": (_l("The sentence to agree to has changed"), _l("Nothing was stored. Read it again.")),
    "clinics_changed": (_l("The clinics have changed"), _l("Nothing was sent or stored. Look at the page again.")),
    "no_health_answers": (_l("There are no health answers"), _l("They are deleted, so they cannot be sent.")),
}
QUOTE = (_l("This quote is not open any more"), _l("Your request page shows the quotes that are open."))
LEAD = (_l("Your request is not open at this clinic"), _l("Your request page says how it ended there."))
# The same by the state of the request, where the refusal is about that.
STATES = {
    RequestState.UNCONFIRMED: (_l("Your request is not confirmed yet"), _l("Open the link in our email first.")),
    RequestState.OPEN: (_l("Your request is open"), _l("Your request page shows what can be done with it.")),
    RequestState.PAUSED: (_l("Your request is paused"), _l("Open it again on its page first.")),
    RequestState.CHOSEN: (
        _l("You have chosen a clinic"),
        _l("This cannot be done while a clinic is chosen. As long as the choice can be undone, its page says so."),
    ),
    RequestState.SETTLED: (_l("You have chosen a clinic"), _l("The choice stands, and nothing else can be changed.")),
    RequestState.CLOSED: (_l("Your request is closed"), _l("You can still read what you got.")),
    RequestState.EXPIRED: (_l("Your request has ended"), _l("You can still read what you got.")),
    RequestState.WITHDRAWN: (_l("Your request is deleted"), _l("Nothing can be done with it any more.")),
}


@blueprint.errorhandler(WrongState)
def show_not_possible(problem: WrongState) -> ResponseReturnValue:
    """For the pages of a request; elsewhere the page that every such refusal has."""
    if "quote_request" not in g or isinstance(problem, FormChanged) or current_request().state not in STATES:
        return errors.show_problem(problem)
    errors.take_back()
    heading, words = _said_of(problem.reason, RequestState(current_request().state))
    page = "patient/request/not_possible.html"
    html = render_template(page, quote_request=current_request(), problem=problem, heading=heading, words=words)
    return html, problem.status


def _said_of(reason: str, state: RequestState) -> tuple[object, object]:
    if reason in REASONS:
        return REASONS[reason]
    if state in TAKES_QUOTES and reason.startswith("quote_"):
        return QUOTE
    if state in TAKES_QUOTES and reason.startswith("lead_"):
        return LEAD
    return STATES[state]
