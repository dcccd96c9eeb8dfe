"""The first questions: treatment, where, when, budget."""

from typing import Any

from flask.typing import ResponseReturnValue

from marketplace.web.http.writing import writes
from marketplace.web.patient.asking import ask, with_draft
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.forms_wish import UNSURE, BudgetForm, TreatmentForm, WhenForm, WhereForm
from marketplace.web.patient.listings import ANY


@blueprint.route("/get-quotes/treatment", methods=["GET", "POST"])
@writes
@with_draft("treatment")
def ask_treatment(quote_request: Any) -> ResponseReturnValue:
    """What it should help with."""
    return ask("treatment", TreatmentForm.of(quote_request), quote_request, unsure=UNSURE)


@blueprint.route("/get-quotes/where", methods=["GET", "POST"])
@writes
@with_draft("where")
def ask_where(quote_request: Any) -> ResponseReturnValue:
    """Home and destinations."""
    return ask("where", WhereForm.of(quote_request), quote_request, anywhere=ANY)


@blueprint.route("/get-quotes/when", methods=["GET", "POST"])
@writes
@with_draft("when")
def ask_when(quote_request: Any) -> ResponseReturnValue:
    """Time and trips."""
    return ask("when", WhenForm.of(quote_request), quote_request)


@blueprint.route("/get-quotes/budget", methods=["GET", "POST"])
@writes
@with_draft("budget")
def ask_budget(quote_request: Any) -> ResponseReturnValue:
    """A budget, if there is one."""
    return ask("budget", BudgetForm.of(quote_request), quote_request)
