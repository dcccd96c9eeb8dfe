"""The first question: what the person would like help with."""

from typing import Self

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from marketplace.catalogue import queries as catalogue
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import OneOf
from marketplace.web.patient.form.flow import Question, ask, with_draft

UNSURE = "unsure"


def concerns_of(quote_request: QuoteRequest) -> list[dict[str, str]]:
    """What people come with, each with the procedure that is usual for it: of the request's treatment.

    Of all treatments where nobody said which it is about.
    """
    listed = [quote_request.treatment] if quote_request.treatment else catalogue.treatments()
    return [concern for treatment in listed for concern in treatment.concerns]


class TreatmentForm(Question):
    """One procedure, by what it helps with."""

    step = "treatment"
    procedure = OneOf(
        _l("What would you like help with?"),
        _l("Select what you would like help with"),
    )
    concern = StringField()

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Labelled as people would say it."""
        form = super().of(quote_request)
        listed = [(concern["procedure"], concern["label"]) for concern in concerns_of(quote_request)]
        form.procedure.choices = [*listed, (UNSURE, _("I'm not sure"))]
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Nothing is ticked until it was answered."""
        if not quote_request.procedure_answered:
            return {}
        return {"procedure": quote_request.procedure.slug if quote_request.procedure else UNSURE}

    def store(self, quote_request: QuoteRequest) -> None:
        """The concern is the one sent, or the first that leads to the procedure."""
        slug = None if self.procedure.data == UNSURE else self.procedure.data
        known = [c["slug"] for c in concerns_of(quote_request) if c["procedure"] == slug]
        concern = self.concern.data if self.concern.data in known else next(iter(known), None)
        drafts.answer_treatment(quote_request, procedure_slug=slug, concern=concern)


@blueprint.route("/get-quotes/treatment", methods=["GET", "POST"])
@writes
@with_draft("treatment")
def ask_treatment(quote_request: QuoteRequest) -> ResponseReturnValue:
    """What it should help with; who is unsure has to say first which treatment it is about, where there are several."""
    form = TreatmentForm.of(quote_request)
    if quote_request.treatment is None and form.procedure.data in (None, "", UNSURE):
        return redirect(url_for("patient.start"), 303)
    return ask("treatment", form, quote_request, unsure=UNSURE)
