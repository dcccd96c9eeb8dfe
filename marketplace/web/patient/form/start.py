"""The start of a request for quotes: the first question, or what has to be known before it; and the new draft."""

from collections.abc import Mapping
from typing import cast

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField

from marketplace.catalogue.models import Treatment
from marketplace.catalogue.queries import treatments
from marketplace.clinics.models import Clinic
from marketplace.clinics.queries import by_slug
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import OneOf
from marketplace.web.patient.form.flow import begin_draft, come_from, current_draft, url_of
from marketplace.web.patient.form.treatment import CAME_FROM, FirstQuestionForm, first_page, of_address


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
def start() -> ResponseReturnValue:
    """Shows the first question, and stores nothing.

    Whoever has begun already is asked whether to continue. Where there are several treatments and the address names
    none of them, they are asked for first.
    """
    given = {name: request.args.get(name, "") for name in CAME_FROM}
    form = _start_form(by_slug(given["clinic"]), data=given)
    wanted = _wanted(form)
    if wanted is None or _begun() is not None:
        return _page(form)
    return first_page(FirstQuestionForm.come_from({**given, "procedure": request.args.get("procedure", "")}, wanted))


def _wanted(form: StartForm) -> Treatment | None:
    """Returns the treatment it is about: the only one, or the one that is selected."""
    listed = treatments()
    return listed[0] if len(listed) == 1 else next((each for each in listed if each.slug == form.treatment.data), None)


def _page(form: StartForm) -> str:
    return render_template(
        "patient/form/start.html",
        form=form,
        has_errors=bool(form.errors),
        begun=_begun() is not None,
        **of_address({name: form[name].data for name in CAME_FROM}),
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
    begin_draft(**come_from())
    return redirect(url_of("treatment"), 303)
