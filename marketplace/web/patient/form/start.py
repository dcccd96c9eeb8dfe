"""Get free quotes: what will be asked, and the start of a draft."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from marketplace.catalogue import geography
from marketplace.clinics.queries import by_slug
from marketplace.clinics.standing import why_stopped
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.flow import begin_draft, current_draft, url_of


class StartForm(Form):
    """Where the person came from."""

    treatment = HiddenField()
    country = HiddenField()
    clinic = HiddenField()


@blueprint.get("/get-quotes")
def start() -> str:
    """Asks nothing yet and stores nothing."""
    given = {name: request.args.get(name, "") for name in ("treatment", "country", "clinic")}
    clinic = by_slug(given["clinic"])
    takes_requests = clinic is not None and clinic.listing_state == "published" and why_stopped(clinic) is None
    return render_template(
        "patient/form/start.html",
        form=StartForm(data=given),
        clinic=clinic,
        takes_requests=takes_requests,
        begun=_begun() is not None,
    )


def _begun() -> QuoteRequest | None:
    """This browser's draft, once it has an answer."""
    draft = current_draft()
    return draft if draft is not None and drafts.first_missing(draft) != drafts.STEPS[0] else None


@blueprint.post("/get-quotes")
@writes
def begin() -> ResponseReturnValue:
    """The draft this browser has, on request; else a new one, and an earlier one is left to end by itself."""
    form = StartForm()
    if not form.validate():
        form = StartForm(formdata=None)
    begun = _begun() if request.form.get("resume") == "yes" else None
    if begun is not None:
        drafts.start_from(begun, form.clinic.data or None)
        return redirect(url_of(drafts.first_missing(begun) or "check"), 303)
    country = (form.country.data or "").upper()
    begin_draft(
        clinic_slug=form.clinic.data or None,
        country=country if country in geography.destinations() else None,
        treatment=form.treatment.data or None,
    )
    return redirect(url_of("treatment"), 303)
