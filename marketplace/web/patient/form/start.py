"""The start of a request for quotes: what will be asked, the new draft, and the first question."""

from collections.abc import Mapping
from typing import Self, cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField

from marketplace.catalogue import geography
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.queries import treatments
from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.clinics.queries import by_slug
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import OneOf
from marketplace.web.patient.form.flow import Question, ask, begin_draft, current_draft, url_of, with_draft


class StartForm(Form):
    """The page a person came from: clinic, country or treatment."""

    treatment: Field = HiddenField()
    country = HiddenField()
    clinic = HiddenField()


class StartOfSeveral(StartForm):
    """The same form where there are several treatments; the person has to choose one."""

    treatment: Field = OneOf(_l("Which treatment is it about?"), _l("Select a treatment"))


def _start_form(clinic: Clinic | None, *, data: Mapping[str, str] | None = None) -> StartForm:
    """Returns the form; it asks for the treatment where there are several.

    Those of the clinic are offered, if it has any.
    """
    listed = treatments()
    if len(listed) == 1:
        return StartForm(data=data)
    offered = {price.procedure.treatment_id for price in clinic.prices} if clinic else set()
    form = StartOfSeveral(data=data)
    asked = cast(OneOf, form.treatment)
    asked.choices = [(each.slug, each.name) for each in listed if not offered or each.id in offered]
    if len(asked.choices) == 1 and request.method != "POST":
        asked.data = asked.choices[0][0]
    return form


@blueprint.get("/get-quotes")
def start() -> str:
    """Shows what will be asked and, where there are several, the choice of treatments; stores nothing."""
    given = {name: request.args.get(name, "") for name in ("treatment", "country", "clinic")}
    return _page(_start_form(by_slug(given["clinic"]), data=given))


def _page(form: StartForm) -> str:
    clinic = by_slug(form.clinic.data or "")
    takes_requests = clinic is not None and clinic.listing_state == "published" and why_stopped(clinic) is None
    return render_template(
        "patient/form/start.html",
        form=form,
        has_errors=bool(form.errors),
        clinic=clinic,
        takes_requests=takes_requests,
        begun=_begun() is not None,
    )


def _begun() -> QuoteRequest | None:
    """Returns this browser's draft if it has an answer, else None."""
    draft = current_draft()
    return draft if draft is not None and drafts.first_missing(draft) != drafts.STEPS[0] else None


@blueprint.post("/get-quotes")
@writes
def begin() -> ResponseReturnValue:
    """Continues this browser's draft if asked to, else begins a new one. Raises LimitReached or WrongState."""
    form = _start_form(by_slug(request.form.get("clinic", "")))
    begun = _begun() if request.form.get("resume") == "yes" else None
    if begun is not None:
        drafts.start_from(begun, form.clinic.data or None)
        return redirect(url_of(drafts.first_missing(begun) or "check"), 303)
    if not form.validate() and isinstance(form, StartOfSeveral):
        return _page(form), 422
    if form.errors:
        form = StartForm(formdata=None)
    country = (form.country.data or "").upper()
    begin_draft(
        clinic_slug=form.clinic.data or None,
        country=country if country in geography.destinations() else None,
        treatment=form.treatment.data or None,
    )
    return redirect(url_of("treatment"), 303)


UNSURE = "unsure"


def concerns_of(quote_request: QuoteRequest) -> list[dict[str, str]]:
    """Returns what people come with for this treatment, each with its usual procedure.

    Without a treatment it returns those of all treatments.
    """
    listed = [quote_request.treatment] if quote_request.treatment else catalogue.treatments()
    return [concern for treatment in listed for concern in treatment.concerns]


class TreatmentForm(Question):
    """The choice of a procedure, by what it helps with."""

    step = "treatment"
    procedure = OneOf(
        _l("What would you like help with?"),
        _l("Select what you would like help with"),
    )
    concern = StringField()

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with labels as people would say them."""
        form = super().of(quote_request)
        listed = [(concern["procedure"], concern["label"]) for concern in concerns_of(quote_request)]
        form.procedure.choices = [*listed, (UNSURE, _("I'm not sure"))]
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored choice; at first nothing is ticked."""
        if not quote_request.procedure_answered:
            return {}
        return {"procedure": quote_request.procedure.slug if quote_request.procedure else UNSURE}

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores procedure and concern: the one sent, or the first that leads to the procedure. Raises Refused."""
        slug = None if self.procedure.data == UNSURE else self.procedure.data
        known = [c["slug"] for c in concerns_of(quote_request) if c["procedure"] == slug]
        concern = self.concern.data if self.concern.data in known else next(iter(known), None)
        drafts.answer_treatment(quote_request, procedure_slug=slug, concern=concern)


@blueprint.route("/get-quotes/treatment", methods=["GET", "POST"])
@writes
@with_draft("treatment")
def ask_treatment(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks what the treatment should help with.

    Where there are several treatments, a person who is unsure has to choose one first. Raises WrongState once it is
    sent.
    """
    form = TreatmentForm.of(quote_request)
    if quote_request.treatment is None and form.procedure.data in (None, "", UNSURE):
        return redirect(url_for("patient.start"), 303)
    return ask("treatment", form, quote_request, unsure=UNSURE)
