"""The choice of clinics, each as a card; where there is none, whether the request may wait."""

from functools import partial

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired

from marketplace.clinics.models import Clinic
from marketplace.leads.proposal import Proposed, show_proposals, shown_proposals
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.clinic_cards import ClinicChoice
from marketplace.web.patient.form.choices import SomeOf
from marketplace.web.patient.form.flow import CHANGE, Question, ask, url_of, with_draft
from marketplace.web.patient.why_clinics import why_not


class ClinicsForm(Question):
    """The clinics that may get the request; only ticked ones get anything."""

    clinics = SomeOf(
        _l("Choose who gets your request"),
        _l("Select at least one clinic"),
        most=drafts.MAX_CLINICS,
        too_many=_l("Select no more than %(n)s clinics", n=drafts.MAX_CLINICS),
    )

    only = StringField()  # the button that asks the clinic from whose page the person came, and no other

    proposed: Proposed
    came_from: Clinic | None = None

    @classmethod
    def for_proposed(cls, quote_request: QuoteRequest, proposed: Proposed) -> "ClinicsForm":
        """Returns the form with the clinics that the person is, or was, shown as choices."""
        form = cls.of(quote_request)
        form.proposed = proposed
        form.clinics.choices = [(p.clinic.slug, p.clinic.name) for p in proposed.proposals]
        shown = (p.clinic for p in proposed.proposals)
        form.came_from = next((clinic for clinic in shown if clinic.id == quote_request.started_from_id), None)
        if form.came_from and form.only.data == form.came_from.slug:
            form.clinics.data = [form.only.data]
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the clinics ticked before; at first none is ticked."""
        return {"clinics": [clinic.slug for clinic in queries.ticked(quote_request)]}

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the ticked clinics in the order proposed. Raises Refused."""
        ticked = [p.clinic for p in self.proposed.proposals if p.clinic.slug in (self.clinics.data or [])]
        drafts.answer_clinics(quote_request, clinics=ticked, wait=False)


class WaitForm(Question):
    """The answer where no clinic can take the request: it may wait until one can."""

    wait = BooleanField(
        _l("Keep my request, and write to me when a clinic can take it"),
        validators=[InputRequired(_l("Select that we keep your request, or change where or when you could travel"))],
        render_kw={"value": "yes"},
    )

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns whether waiting was ticked before; at first it is not."""
        return {"wait": quote_request.wait_without_clinic}

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the answer, without any clinic. Raises Refused."""
        drafts.answer_clinics(quote_request, clinics=[], wait=True)


@blueprint.route("/get-quotes/clinics", methods=["GET", "POST"])
@writes
@with_draft("clinics")
def ask_clinics(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks which of up to five clinics get the request; where there is none, whether it may wait. Raises WrongState.

    What is sent back is about the clinics that were shown: whether they can still be asked is seen on the next page.
    """
    proposed = shown_proposals(quote_request) if request.method == "POST" else show_proposals(quote_request)
    if not proposed.proposals:
        reasons = why_not(proposed.counts, address=partial(url_of, change=CHANGE))
        return ask("clinics", WaitForm.of(quote_request), quote_request, choice=None, reasons=reasons)
    form = ClinicsForm.for_proposed(quote_request, proposed)
    return ask("clinics", form, quote_request, choice=ClinicChoice(quote_request, proposed))
