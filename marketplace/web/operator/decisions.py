"""Deciding about a listing: each decision is a verb of the room, with a reason where it says no."""

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics import actions, checks, operator_queries, reasons
from marketplace.foundation.problems import Refused
from marketplace.quotes import stopping
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.http.writing import writes
from marketplace.web.operator import wording
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.clinics import listing_page
from marketplace.web.operator.forms import CheckForm, SendBackForm, SuspendForm
from marketplace.web.operator.reading import check_shown, items, last_happened, listing_shown

if TYPE_CHECKING:
    from marketplace.clinics.models import Check, Clinic


def _back_to(clinic_id: UUID, text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("operator.show_clinic", clinic_id=clinic_id), 303)


@blueprint.post("/clinics/<uuid:clinic_id>/submit")
@writes
def submit_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """For a clinic that was imported, or that said it is ready."""
    clinic = operator_queries.by_id(clinic_id)
    actions.take_into_review(clinic)
    return _back_to(clinic_id, _("%(name)s is in review", name=clinic.name))


@blueprint.post("/clinics/<uuid:clinic_id>/publish")
@writes
def publish_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Live at once; refused while a required check is not passed."""
    clinic, form = _as_it_is(clinic_id), AgreeingForm()
    if not form.agrees_to(listing_shown(clinic)):
        return listing_page(clinic_id, form=form)
    try:
        actions.publish(clinic)
    except Refused as refusal:
        return listing_page(clinic_id, problem=refusal.message)
    return _back_to(clinic_id, _("%(name)s is published. The clinic is told by email", name=clinic.name))


@blueprint.post("/clinics/<uuid:clinic_id>/reinstate")
@writes
def reinstate_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Held to the same checks as a new listing."""
    clinic, form = _as_it_is(clinic_id), AgreeingForm()
    if not form.agrees_to(listing_shown(clinic)):
        return listing_page(clinic_id, form=form)
    try:
        stopping.reinstate(clinic)
    except Refused as refusal:
        return listing_page(clinic_id, problem=refusal.message)
    return _back_to(clinic_id, _("%(name)s is published again. The clinic is told by email", name=clinic.name))


@blueprint.get("/clinics/<uuid:clinic_id>/suspend")
def ask_suspend(clinic_id: UUID) -> ResponseReturnValue:
    """What follows is said before the button."""
    return _decision_page("suspend", operator_queries.by_id(clinic_id), SuspendForm())


@blueprint.post("/clinics/<uuid:clinic_id>/suspend")
@writes
def suspend_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """A reason and a statement, always."""
    clinic, form = _as_it_is(clinic_id), SuspendForm()
    if not form.agrees_to(listing_shown(clinic)) or not form.validate():
        return _decision_page("suspend", clinic, form)
    stopping.suspend(clinic, form.reason.data, form.statement.data or "")
    return _back_to(clinic_id, _("%(name)s is suspended. The clinic has your statement by email", name=clinic.name))


@blueprint.get("/clinics/<uuid:clinic_id>/send-back")
def ask_send_back(clinic_id: UUID) -> ResponseReturnValue:
    """What follows is said before the button."""
    return _decision_page("send_back", operator_queries.by_id(clinic_id), SendBackForm())


@blueprint.post("/clinics/<uuid:clinic_id>/send-back")
@writes
def send_back_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """The clinic mends and submits again."""
    clinic, form = _as_it_is(clinic_id), SendBackForm()
    if not form.agrees_to(listing_shown(clinic)) or not form.validate():
        return _decision_page("send_back", clinic, form)
    actions.send_back(clinic, form.reason.data, form.statement.data or "")
    return _back_to(clinic_id, _("%(name)s is sent back. The clinic has your words by email", name=clinic.name))


def _as_it_is(clinic_id: UUID) -> "Clinic":
    """Locked, so that what is compared with what was read does not change before the decision."""
    clinic = operator_queries.by_id(clinic_id)
    actions.lock(clinic)
    return clinic


def _decision_page(name: str, clinic: "Clinic", form: SuspendForm) -> ResponseReturnValue:
    form.show(listing_shown(clinic))
    html = render_template(
        f"operator/clinics/{name}.html",
        clinic=clinic,
        form=form,
        words=wording,
        reasons=reasons,
        may=actions.may(clinic, name),
        changed=items(form),
        happened=last_happened(clinic) if form.changes else None,
        has_errors=bool(form.errors or form.changes),
    )
    return html, STALE if form.changes else 422 if form.errors else 200


@blueprint.get("/clinics/<uuid:clinic_id>/checks/<kind>")
def ask_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """One claim, and what we hold of it."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm(evidence=check.evidence, source=check.source, expires_on=checks.longest_until(check.kind))
    return _check_page(clinic, check, form)


@blueprint.post("/clinics/<uuid:clinic_id>/checks/<kind>")
@writes
def decide_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """Passed until a date, refused, or revoked."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm()
    if not form.agrees_to(check_shown(check)) or not form.validate():
        return _check_page(clinic, check, form)
    try:
        stopping.decide_check(
            check,
            verdict=form.verdict.data,
            evidence=form.evidence.data or "",
            source=form.source.data or "",
            expires_on=form.expires_on.data,
            checked_by=_signature(),
        )
    except Refused as refusal:
        form.expires_on.errors = [refusal.message]
        return _check_page(clinic, check, form)
    return _back_to(clinic_id, _("The check is recorded"))


def _check_page(clinic: "Clinic", check: "Check", form: CheckForm) -> ResponseReturnValue:
    form.offer(str(check.state))
    form.show(check_shown(check))
    html = render_template(
        "operator/clinics/check.html",
        words=wording,
        reasons=reasons,
        clinic=clinic,
        check=check,
        form=form,
        changed=items(form),
        happened=last_happened(clinic) if form.changes else None,
        has_errors=bool(form.errors or form.changes),
    )
    return html, STALE if form.changes else 422 if form.errors else 200


def _signature() -> str:
    """Role and initials, as they are stored; `signed_by` says them in the language of whoever reads."""
    initials = "".join(f"{part[0].upper()}." for part in current_user.name.split() if part)
    return f"Operator {initials}"
