"""The choice of clinics: each proposed clinic as a card, with the reason why it is proposed."""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField
from wtforms.validators import InputRequired

from marketplace.clinics.checks import stamp
from marketplace.clinics.models import Clinic
from marketplace.foundation import clock
from marketplace.leads.proposal import Proposal, Proposed, show_proposals, shown_proposals
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.comparison_table import currency_of
from marketplace.web.clinic_words import StampWords, both_spans, reply_words, stamp_words
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import SomeOf
from marketplace.web.patient.form.flow import Question, ask, with_draft
from marketplace.words.lead import ROUTING_REASONS


class ClinicsForm(Question):
    """The clinics that may get the request; only ticked ones get anything."""

    clinics = SomeOf(
        _l("Choose who gets your request"),
        _l("Select at least one clinic"),
        most=drafts.MAX_CLINICS,
        too_many=_l("Select no more than %(n)s clinics", n=drafts.MAX_CLINICS),
    )

    proposed: Proposed

    @classmethod
    def for_proposed(cls, quote_request: QuoteRequest, proposed: Proposed) -> "ClinicsForm":
        """Returns the form with the clinics that the person is, or was, shown as choices."""
        form = cls.of(quote_request)
        form.proposed = proposed
        form.clinics.choices = [(p.clinic.slug, p.clinic.name) for p in proposed.proposals]
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


@dataclass(frozen=True)
class Card:
    """What a patient reads of a proposed clinic to choose by."""

    clinic: Clinic
    reason: str
    reply: str
    stamp: StampWords
    price: Markup | None


def cards(proposed: Proposed, procedure_id: UUID | None, *, currency: str) -> dict[str, Card]:
    """Returns a card for each proposed clinic by slug, in the order proposed; `currency` is the patient's."""
    return {p.clinic.slug: _card(p, procedure_id, currency) for p in proposed.proposals}


def _card(proposal: Proposal, procedure_id: UUID | None, currency: str) -> Card:
    clinic = proposal.clinic
    return Card(
        clinic=clinic,
        reason=str(ROUTING_REASONS.patient[proposal.reason]),
        reply=reply_words(clinic.reply_minutes),
        stamp=_stamp(clinic),
        price=_price(clinic, procedure_id, currency),
    )


def _price(clinic: Clinic, procedure_id: UUID | None, currency: str) -> Markup | None:
    row = next((price for price in clinic.prices if price.procedure_id == procedure_id), None)
    return both_spans(row.low, row.high, row.currency, to=currency) if row else None


def _stamp(clinic: Clinic) -> StampWords:
    found = stamp_words(stamp(clinic.checks, clock.today()))
    return found._replace(line=f"{found.line} · {found.passed}")


@blueprint.route("/get-quotes/clinics", methods=["GET", "POST"])
@writes
@with_draft("clinics")
def ask_clinics(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks which of up to five clinics get the request; where there is none, whether it may wait. Raises WrongState.

    What is sent back is about the clinics that were shown: whether they can still be asked is seen on the next page.
    """
    proposed = shown_proposals(quote_request) if request.method == "POST" else show_proposals(quote_request)
    if not proposed.proposals:
        return ask("clinics", WaitForm.of(quote_request), quote_request, cards=None)
    form = ClinicsForm.for_proposed(quote_request, proposed)
    shown = cards(proposed, quote_request.procedure_id, currency=currency_of(quote_request))
    return ask("clinics", form, quote_request, cards=shown, procedure=quote_request.procedure)
