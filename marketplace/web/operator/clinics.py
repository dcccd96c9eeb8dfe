"""Clinics as operators read them: the list, and one listing with its claims beside their checks."""

from urllib.parse import urlencode
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.catalogue.geography import destinations
from marketplace.clinics import actions, operator_queries, team
from marketplace.foundation import clock
from marketplace.leads.operator_queries import frozen_unanswered
from marketplace.web.filters import country_name
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.http.inputs import number
from marketplace.web.operator.audit import listing_history
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.claims import claim_rows, items, listing_shown


def page_number() -> int:
    """Returns the number of the page asked for; 1 where it is no number."""
    return number("page", default=1, low=1, high=10**5)


def page_url(page: int) -> str:
    """Returns the address of another page of this list. The query is passed as data, never as options of url_for."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"


@blueprint.get("/clinics")
def list_clinics() -> ResponseReturnValue:
    """Shows the clinics of every state."""
    state, country, q = (request.args.get(name, "").strip() for name in ("state", "country", "q"))
    found = operator_queries.listings(state=state, country=country, q=q, page=page_number())
    return render_template(
        "operator/clinics/list.html",
        found=found,
        chosen={"state": state, "country": country.lower(), "q": q},
        countries=[(code.lower(), country_name(code)) for code in destinations()],
        page_url=page_url,
        passed={clinic.id: sum(check.in_date(clock.today()) for check in clinic.checks) for clinic in found.rows},
    )


@blueprint.get("/clinics/<uuid:clinic_id>")
def show_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Shows one listing. Raises NotFound."""
    return listing_page(clinic_id)


def listing_page(
    clinic_id: UUID, *, problem: str | None = None, form: AgreeingForm | None = None
) -> ResponseReturnValue:
    """Renders the listing, with a decision's errors or with what changed before it. Raises NotFound."""
    clinic, form = operator_queries.by_id(clinic_id), form or AgreeingForm(formdata=None)
    form.show(listing_shown(clinic))
    page = render_template(
        "operator/clinics/show.html",
        clinic=clinic,
        claims=claim_rows(clinic),
        missing=actions.missing_checks(clinic),
        history=listing_history(operator_queries.history(clinic)),
        members=team.members(clinic),
        frozen=frozen_unanswered(clinic.id),
        problem=problem,
        form=form,
        changed=items(form),
        has_errors=bool(problem or form.changes),
    )
    return page, STALE if form.changes else 422 if problem else 200


@blueprint.get("/clinics/<uuid:clinic_id>/history")
def show_history(clinic_id: UUID) -> ResponseReturnValue:
    """Shows every event of the listing and its checks. Raises NotFound."""
    clinic = operator_queries.by_id(clinic_id)
    return render_template(
        "operator/clinics/history.html",
        clinic=clinic,
        history=listing_history(operator_queries.history(clinic, limit=500)),
    )


def back_to_clinic(clinic_id: UUID, text: str) -> ResponseReturnValue:
    """Redirects to the clinic's page with `text` as a message."""
    flash(text, "success")
    return redirect(url_for("operator.show_clinic", clinic_id=clinic_id), 303)
