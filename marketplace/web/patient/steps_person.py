"""Health, the page that says what an answer means, and the person."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.quote_requests import queries
from marketplace.quote_requests.conditions import PAUSING
from marketplace.web.http.writing import writes
from marketplace.web.patient.asking import CHANGE, after, keep, page, url_of, with_draft
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.forms_person import (
    LONGEST_DETAILS,
    MOST_QUESTIONS,
    NONE,
    HealthForm,
    YouForm,
)
from marketplace.web.patient.wording import EXAMPLES


@blueprint.route("/get-quotes/health", methods=["GET", "POST"])
@writes
@with_draft("health")
def ask_health(quote_request: Any) -> ResponseReturnValue:
    """An answer with a meaning leads to the page that says it; none ends the request."""
    form = HealthForm.of(quote_request)
    if not form.validate_on_submit():
        return page("health", form, examples=EXAMPLES, nothing=NONE, longest=LONGEST_DETAILS)
    keep(form, quote_request)
    changing = form.change.data == CHANGE
    if set(form.conditions.data or ()) & set(PAUSING):
        return redirect(url_for("patient.pause", change=CHANGE if changing else None), 303)
    return redirect(after("health", quote_request, changing=changing), 303)


@blueprint.get("/get-quotes/pause")
@with_draft("you")
def pause(quote_request: Any) -> ResponseReturnValue:
    """What was ticked, and what it means; asks nothing."""
    conditions = queries.answers(quote_request).conditions
    changing = request.args.get("change") == CHANGE
    onward = after("health", quote_request, changing=changing)
    if not set(conditions) & set(PAUSING):
        return redirect(onward, 303)
    return render_template(
        "patient/form/pause.html",
        conditions=conditions,
        onward=onward,
        back=url_of("health", change=CHANGE if changing else None),
        later=url_of("when", change=CHANGE),
    )


@blueprint.route("/get-quotes/you", methods=["GET", "POST"])
@writes
@with_draft("you")
def ask_you(quote_request: Any) -> ResponseReturnValue:
    """Name, address, languages."""
    form = YouForm.of(quote_request)
    if not form.validate_on_submit():
        return page("you", form, most=MOST_QUESTIONS)
    keep(form, quote_request)
    return redirect(after("you", quote_request, changing=form.change.data == CHANGE), 303)
