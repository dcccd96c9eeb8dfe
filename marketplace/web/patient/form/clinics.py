"""The choice of clinics: each proposed one as a card, with its reason."""

from dataclasses import dataclass
from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField
from wtforms.validators import InputRequired

from marketplace.clinics.models import Clinic
from marketplace.leads.proposal import Proposal, Proposed, propose
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.comparison_table import currency_of
from marketplace.web.clinic_words import both_spans, reply_words, stamp_words
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import SomeOf
from marketplace.web.patient.form.flow import Question, ask, with_draft
from marketplace.words.lead import ROUTING_REASONS


class ClinicsForm(Question):
    """Only what is ticked gets anything."""

    clinics = SomeOf(
        _l("Choose who gets your request"),
        _l("Select at least one clinic"),
        most=drafts.MAX_CLINICS,
        too_many=_l("Select no more than %(n)s clinics", n=drafts.MAX_CLINICS),
    )

    proposed: Proposed

    @classmethod
    def for_proposed(cls, quote_request: QuoteRequest, proposed: Proposed) -> "ClinicsForm":
        """The choices are what routing proposes now."""
        form = cls.of(quote_request)
        form.proposed = proposed
        form.clinics.choices = [(p.clinic.slug, p.clinic.name) for p in proposed.proposals]
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Unticked, unless ticked before."""
        return {"clinics": [clinic.slug for clinic in queries.ticked(quote_request)]}

    def store(self, quote_request: QuoteRequest) -> None:
        """Ticked clinics, in the order proposed."""
        ticked = [p.clinic for p in self.proposed.proposals if p.clinic.slug in (self.clinics.data or [])]
        drafts.answer_clinics(quote_request, clinics=ticked, wait=False)


class WaitForm(Question):
    """No clinic can take it: it may wait for one."""

    wait = BooleanField(
        _l("Keep my request, and write to me when a clinic can take it"),
        validators=[InputRequired(_l("Select that we keep your request, or change where or when you could travel"))],
        render_kw={"value": "yes"},
    )

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Unticked, unless ticked before."""
        return {"wait": quote_request.wait_without_clinic}

    def store(self, quote_request: QuoteRequest) -> None:
        """Kept without a recipient."""
        drafts.answer_clinics(quote_request, clinics=[], wait=True)


@dataclass(frozen=True)
class Card:
    """What the choice is made by."""

    clinic: Clinic
    reason: str
    reply: str
    stamp: dict[str, str]
    price: Markup | None


def cards(proposed: Proposed, procedure_id: UUID | None, *, currency: str) -> dict[str, Card]:
    """By the clinic's slug, in the order proposed; `currency` is the person's."""
    return {p.clinic.slug: _card(p, procedure_id, currency) for p in proposed.proposals}


def _card(proposal: Proposal, procedure_id: UUID | None, currency: str) -> Card:
    clinic = proposal.clinic
    return Card(
        clinic=clinic,
        reason=str(ROUTING_REASONS.patient[proposal.reason]),
        reply=reply_words(clinic),
        stamp=_stamp(clinic),
        price=_price(clinic, procedure_id, currency),
    )


def _price(clinic: Clinic, procedure_id: UUID | None, currency: str) -> Markup | None:
    row = next((price for price in clinic.prices if price.procedure_id == procedure_id), None)
    return both_spans(row.low, row.high, row.currency, to=currency) if row else None


def _stamp(clinic: Clinic) -> dict[str, str]:
    found = stamp_words(clinic)
    return {**found, "line": f"{found['line']} · {found['count']}"}


@blueprint.route("/get-quotes/clinics", methods=["GET", "POST"])
@writes
@with_draft("clinics")
def ask_clinics(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Up to five, each with its reason; where there is none, the request may wait."""
    proposed = propose(quote_request)
    if not proposed.proposals:
        return ask("clinics", WaitForm.of(quote_request), quote_request, cards=None)
    form = ClinicsForm.for_proposed(quote_request, proposed)
    shown = cards(proposed, quote_request.procedure_id, currency=currency_of(quote_request))
    return ask("clinics", form, quote_request, cards=shown, procedure=quote_request.procedure)
