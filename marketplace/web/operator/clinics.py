"""Clinics as operators read them: the list, and one listing with its claims beside their checks."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.catalogue.geography import destinations
from marketplace.clinics import actions, operator_queries, team
from marketplace.foundation import clock
from marketplace.leads.operator_queries import frozen_unanswered
from marketplace.web.filters import country_name
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.operator.audit import listing_history
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.claims import claim_rows, items, listing_shown
from marketplace.web.operator.list_query import chosen, page_number, page_url, within
from marketplace.words.listing import LISTING_STATES


@blueprint.get("/clinics")
def list_clinics() -> ResponseReturnValue:
    """Shows the clinics of every state."""
    state = chosen("state", LISTING_STATES.operator, field="state")
    country = chosen("country", [code.lower() for code in destinations()], field="country")
    q, page = request.args.get("q", "").strip(), page_number()
    found = within(operator_queries.listings(state=state, country=country, q=q, page=page), wanted=page)
    return render_template(
        "operator/clinics/list.html",
        found=found,
        chosen={"state": state, "country": country, "q": q},
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
