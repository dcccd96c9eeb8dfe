"""The first question: what the treatment should help with, asked with or without a draft."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from marketplace.catalogue import geography
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.queries import treatments
from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.clinics.queries import by_slug
from marketplace.clinics.states import ListingState
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import OneOf
from marketplace.web.patient.form.flow import Question, ask, page, with_draft
from marketplace.words.lead import ROUTING_REASONS

UNSURE = "unsure"
CAME_FROM = ("treatment", "country", "clinic")  # the page that leads to the form, by the names of its address
UNKNOWN_CLINIC = _l(
    "We have no clinic with the name in this address. It may have left. Clinics are chosen on a later page"
)
UNKNOWN_COUNTRY = _l("We list no clinics in the country in this address. You choose the countries on the next page")
UNKNOWN_TREATMENT = _l("We have no treatment with the name in this address. Here is what you can ask about")
Concerns = Mapping[str, dict[str, str]]


def concerns_of(treatment: Treatment | None) -> Concerns:
    """Returns what people come with for this treatment, by the values of the radio buttons.

    The value is the usual procedure; a further concern with the same procedure has its own slug. Without a treatment
    it returns those of all treatments.
    """
    found: dict[str, dict[str, str]] = {}
    for each in [treatment] if treatment else treatments():
        for concern in each.concerns:
            value = concern["slug"] if concern["procedure"] in found else concern["procedure"]
            found[value] = concern
    return found


class TreatmentForm(Question):
    """The choice of a procedure, by what it helps with."""

    step = "treatment"
    procedure = OneOf(
        _l("What would you like help with?"),
        _l("Select what you would like help with"),
    )
    concern = StringField()

    concerns: Concerns = MappingProxyType({})

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with labels as people would say them."""
        form = super().of(quote_request)
        form.offer(quote_request.treatment)
        return form

    def offer(self, treatment: Treatment | None) -> None:
        """Offers what people come with for this treatment."""
        self.concerns = concerns_of(treatment)
        listed = [(value, concern["label"]) for value, concern in self.concerns.items()]
        self.procedure.choices = [*listed, (UNSURE, _("I'm not sure"))]

    @property
    def hints(self) -> dict[str, str]:
        """Returns what stands below a choice, by its value."""
        told = {value: concern["hint"] for value, concern in self.concerns.items() if concern.get("hint")}
        return {**told, UNSURE: _("The clinic says what it would suggest, and why")}

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored choice; at first nothing is ticked."""
        if not quote_request.procedure_answered:
            return {}
        slug = quote_request.procedure.slug if quote_request.procedure else UNSURE
        has_own_value = quote_request.concern in concerns_of(quote_request.treatment)
        return {"procedure": quote_request.concern if has_own_value else slug}

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores procedure and concern: the one sent, or the first that leads to the procedure. Raises Refused."""
        chosen = self.concerns.get(self.procedure.data or "")
        slug = chosen["procedure"] if chosen else None
        known = [each["slug"] for each in self.concerns.values() if each["procedure"] == slug]
        concern = self.concern.data if self.concern.data in known else chosen["slug"] if chosen else None
        drafts.answer_treatment(quote_request, procedure_slug=slug, concern=concern)


class FirstQuestionForm(TreatmentForm):
    """The same question before there is a draft: it names the page that the person came from."""

    template = "first"
    treatment = HiddenField()
    country = HiddenField()
    clinic = HiddenField()

    @classmethod
    def come_from(cls, given: dict[str, str], treatment: Treatment) -> Self:
        """Returns the form of a person who comes from this page; a procedure of its address is selected."""
        form = cls(formdata=None, data=given)
        form.offer(treatment)
        return form


def of_address(given: Mapping[str, str | None]) -> dict[str, object]:
    """Returns what the first page says of the page that a person came from; of what is not known, that it is not."""
    clinic = by_slug(given.get("clinic") or "")
    return {
        "clinic": clinic,
        "refused": _refusal(clinic) if clinic else None,
        "unknown": [
            words
            for name, words, is_known in (
                ("clinic", UNKNOWN_CLINIC, clinic is not None),
                ("country", UNKNOWN_COUNTRY, (given.get("country") or "").upper() in geography.destinations()),
                ("treatment", UNKNOWN_TREATMENT, given.get("treatment") in {each.slug for each in treatments()}),
            )
            if given.get(name) and not is_known
        ],
    }


def _refusal(clinic: Clinic) -> str | None:
    """Returns in words why nobody can ask this clinic now; None where it may be asked."""
    rules = {
        "clinic_paused": clinic.listing_state == ListingState.PAUSED,
        "not_published": clinic.listing_state != ListingState.PUBLISHED,
        "checks_not_current": why_stopped(clinic) is not None,
    }
    return next((str(ROUTING_REASONS.patient[code]) for code, applies in rules.items() if applies), None)


def first_page(form: FirstQuestionForm) -> ResponseReturnValue:
    """Renders the first question with what a person should know before it."""
    told = of_address({name: form[name].data for name in CAME_FROM})
    clinic = told["clinic"]
    back = url_for("public.clinic", slug=clinic.slug) if isinstance(clinic, Clinic) else url_for("public.front")
    return page("treatment", form, back=back, unsure=UNSURE, **told)


@blueprint.route("/get-quotes/treatment", methods=["GET", "POST"])
@writes
@with_draft("treatment")
def ask_treatment(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks what the treatment should help with.

    Where there are several treatments, a person who is unsure has to choose one first. Raises WrongState once it is
    sent.
    """
    is_first = request.method == "POST" and any(name in request.form for name in CAME_FROM)
    form = (FirstQuestionForm if is_first else TreatmentForm).of(quote_request)
    if quote_request.treatment is None and form.procedure.data in (None, "", UNSURE):
        return redirect(url_for("patient.start"), 303)
    if isinstance(form, FirstQuestionForm):
        if not form.validate():
            return first_page(form)
        drafts.start_from(quote_request, form.clinic.data or None)
    return ask("treatment", form, quote_request, unsure=UNSURE)
