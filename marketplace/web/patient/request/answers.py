"""Changing an answer of a request that was sent, with the form's own questions."""

from babel.lists import format_list
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.foundation.problems import NotFound
from marketplace.leads.queries import leads_to_notify
from marketplace.quote_requests import answer_changes
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.answer_words import NONE
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import ANY
from marketplace.web.patient.form.flow import Question
from marketplace.web.patient.form.health import HealthForm
from marketplace.web.patient.form.travel import BudgetForm, WhenForm, WhereForm
from marketplace.web.patient.form.treatment import UNSURE, TreatmentForm
from marketplace.web.patient.form.you import MAX_QUESTIONS, SentYouForm
from marketplace.web.patient.request_access import trusted_browser_only

FORMS: dict[str, type[Question]] = {
    "treatment": TreatmentForm,
    "where": WhereForm,
    "when": WhenForm,
    "budget": BudgetForm,
    "health": HealthForm,
    "you": SentYouForm,
}
SHOWN: dict[str, dict[str, str | int]] = {
    "treatment": {"unsure": UNSURE},
    "where": {"anywhere": ANY},
    "health": {"nothing": NONE},
    "you": {"most": MAX_QUESTIONS},
}


def _question(step: str) -> type[Question]:
    if step not in FORMS:
        raise NotFound("step")
    return FORMS[step]


@blueprint.get("/my/requests/<ref>/answers/<step>")
@trusted_browser_only
def show_answer(quote_request: QuoteRequest, step: str) -> ResponseReturnValue:
    """Shows a question with its stored answer. Raises NotFound."""
    return _page(quote_request, step, _question(step).of(quote_request))


@blueprint.post("/my/requests/<ref>/answers/<step>")
@trusted_browser_only
@writes
def change_answer(quote_request: QuoteRequest, step: str) -> ResponseReturnValue:
    """Stores the changed answer, which the clinics that have the request see. Raises NotFound or WrongState."""
    form = _question(step).of(quote_request)
    if not form.validate_on_submit():
        return _page(quote_request, step, form)
    before = answer_changes.begin(quote_request)
    form.save(quote_request)
    flash(changed_text(quote_request, answer_changes.done(quote_request, before)), "success")
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


def changed_text(quote_request: QuoteRequest, changed: list[str]) -> str:
    """Returns in words that the answer was changed, and who is told of it."""
    if not changed:
        return _("Nothing was changed: your answer is as it was")
    told = [lead.clinic.name for lead in leads_to_notify(quote_request, changed)]
    if not told:
        return _("Your answer is changed. No clinic has this answer, so none is told")
    return _(
        "Your answer is changed. Within minutes an email tells: %(clinics)s",
        clinics=format_list(told, locale=get_locale() or "en"),
    )


def _page(quote_request: QuoteRequest, step: str, form: Question) -> ResponseReturnValue:
    html = render_template(
        f"patient/form/{step}.html",
        form=form,
        number=None,
        total=None,
        back=url_for("patient.show_request", ref=quote_request.ref),
        has_errors=bool(form.errors),
        **SHOWN.get(step, {}),
    )
    return html, 422 if form.errors else 200
