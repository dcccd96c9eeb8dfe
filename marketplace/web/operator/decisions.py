"""Deciding about a listing: each decision is a verb of the room, with a reason where it says no."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics import actions, checks, operator_queries
from marketplace.foundation.problems import Refused
from marketplace.quotes import stopping
from marketplace.web.operator import wording
from marketplace.web.operator.clinics import listing_page
from marketplace.web.operator.door import door
from marketplace.web.operator.forms import CheckForm, SendBackForm, SuspendForm
from marketplace.web.writing import writes


def _back_to(clinic_id: UUID, text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("operator.show_clinic", clinic_id=clinic_id), 303)


@door.post("/clinics/<uuid:clinic_id>/submit")
@writes
def submit_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """For a clinic that was imported, or that said it is ready."""
    clinic = operator_queries.by_id(clinic_id)
    actions.take_into_review(clinic)
    return _back_to(clinic_id, _("%(name)s is in review", name=clinic.name))


@door.post("/clinics/<uuid:clinic_id>/publish")
@writes
def publish_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Live at once; refused while a required check is not passed."""
    clinic = operator_queries.by_id(clinic_id)
    try:
        actions.publish(clinic)
    except Refused as refusal:
        return listing_page(clinic_id, problem=refusal.message)
    return _back_to(clinic_id, _("%(name)s is published. The clinic is told by email", name=clinic.name))


@door.post("/clinics/<uuid:clinic_id>/reinstate")
@writes
def reinstate_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Held to the same checks as a new listing."""
    clinic = operator_queries.by_id(clinic_id)
    try:
        stopping.reinstate(clinic)
    except Refused as refusal:
        return listing_page(clinic_id, problem=refusal.message)
    return _back_to(clinic_id, _("%(name)s is published again. The clinic is told by email", name=clinic.name))


@door.get("/clinics/<uuid:clinic_id>/suspend")
def ask_suspend(clinic_id: UUID) -> ResponseReturnValue:
    """What follows is said before the button."""
    return _decision_page("suspend", operator_queries.by_id(clinic_id), SuspendForm())


@door.post("/clinics/<uuid:clinic_id>/suspend")
@writes
def suspend_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """A reason and a statement, always."""
    clinic = operator_queries.by_id(clinic_id)
    form = SuspendForm()
    if not form.validate():
        return _decision_page("suspend", clinic, form), 422
    stopping.suspend(clinic, form.reason.data, form.statement.data or "")
    return _back_to(clinic_id, _("%(name)s is suspended. The clinic has your statement by email", name=clinic.name))


@door.get("/clinics/<uuid:clinic_id>/send-back")
def ask_send_back(clinic_id: UUID) -> ResponseReturnValue:
    """What follows is said before the button."""
    return _decision_page("send_back", operator_queries.by_id(clinic_id), SendBackForm())


@door.post("/clinics/<uuid:clinic_id>/send-back")
@writes
def send_back_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """The clinic mends and submits again."""
    clinic = operator_queries.by_id(clinic_id)
    form = SendBackForm()
    if not form.validate():
        return _decision_page("send_back", clinic, form), 422
    actions.send_back(clinic, form.reason.data, form.statement.data or "")
    return _back_to(clinic_id, _("%(name)s is sent back. The clinic has your words by email", name=clinic.name))


def _decision_page(name: str, clinic: object, form: SuspendForm) -> str:
    template = f"operator/clinics/{name}.html"
    return render_template(template, clinic=clinic, form=form, has_errors=bool(form.errors))


@door.get("/clinics/<uuid:clinic_id>/checks/<kind>")
def ask_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """One claim, and what we hold of it."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm(evidence=check.evidence, source=check.source, expires_on=checks.longest_until(check.kind))
    return _check_page(clinic, check, form)


@door.post("/clinics/<uuid:clinic_id>/checks/<kind>")
@writes
def decide_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """Passed until a date, refused, or revoked."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm()
    if not form.validate():
        return _check_page(clinic, check, form), 422
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
        return _check_page(clinic, check, form), 422
    return _back_to(clinic_id, _("The check is recorded"))


def _check_page(clinic: object, check: object, form: CheckForm) -> str:
    form.offer(str(check.state))  # type: ignore[attr-defined]
    return render_template(
        "operator/clinics/check.html",
        words=wording,
        clinic=clinic,
        check=check,
        form=form,
        has_errors=bool(form.errors),
    )


def _signature() -> str:
    """Role and initials, as the public page shows it."""
    initials = "".join(f"{part[0].upper()}." for part in current_user.name.split() if part)
    return _("Operator %(initials)s", initials=initials)
