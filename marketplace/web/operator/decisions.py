"""Decisions about a listing: each has a reason and a statement where it says no."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length

from marketplace.clinics import actions, operator_queries
from marketplace.foundation.problems import Refused
from marketplace.quotes import stopping
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.http.writing import writes
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.claims import items, last_happened, listing_shown
from marketplace.web.operator.clinics import back_to_clinic, listing_page
from marketplace.words.listing import SEND_BACK_REASONS, SUSPENSION_REASONS

if TYPE_CHECKING:
    from marketplace.clinics.models import Clinic


MAX_STATEMENT_LENGTH = 2000


def _reason(known: Mapping[str, str]) -> SelectField:
    """One of the list; what is not on it is not chosen."""
    choices: list[tuple[str, str]] = [("", _l("Select a reason")), *known.items()]
    return SelectField(
        _l("Reason"),
        choices=choices,
        validate_choice=False,
        validators=[AnyOf(list(known), message=_l("Select a reason"))],
    )


def _statement() -> TextAreaField:
    """What the clinic reads, in the operator's words."""
    return TextAreaField(
        _l("Statement to the clinic"),
        validators=[
            DataRequired(_l("Enter what the clinic should know")),
            Length(max=MAX_STATEMENT_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_STATEMENT_LENGTH)),
        ],
    )


class DecisionForm(AgreeingForm):
    """A reason from the list of the decision, and a statement the clinic reads."""

    reason: SelectField
    statement: TextAreaField


class SuspendForm(DecisionForm):
    """Why the listing is taken down."""

    reason = _reason(SUSPENSION_REASONS.operator)
    statement = _statement()


class SendBackForm(DecisionForm):
    """What the clinic is to mend."""

    reason = _reason(SEND_BACK_REASONS.operator)
    statement = _statement()


@blueprint.post("/clinics/<uuid:clinic_id>/submit")
@writes
def submit_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """For a clinic that was imported, or that said it is ready."""
    clinic = operator_queries.by_id(clinic_id)
    actions.take_into_review(clinic)
    return back_to_clinic(clinic_id, _("%(name)s is in review", name=clinic.name))


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
    return back_to_clinic(clinic_id, _("%(name)s is published. The clinic is told by email", name=clinic.name))


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
    return back_to_clinic(clinic_id, _("%(name)s is published again. The clinic is told by email", name=clinic.name))


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
    stopping.suspend(clinic, reason=form.reason.data, statement=form.statement.data or "")
    return back_to_clinic(
        clinic_id, _("%(name)s is suspended. The clinic has your statement by email", name=clinic.name)
    )


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
    actions.send_back(clinic, reason=form.reason.data, statement=form.statement.data or "")
    return back_to_clinic(clinic_id, _("%(name)s is sent back. The clinic has your words by email", name=clinic.name))


def _as_it_is(clinic_id: UUID) -> "Clinic":
    """Locked, so that what is compared with what was read does not change before the decision."""
    clinic = operator_queries.by_id(clinic_id)
    actions.lock(clinic)
    return clinic


def _decision_page(name: str, clinic: "Clinic", form: DecisionForm) -> ResponseReturnValue:
    form.show(listing_shown(clinic))
    html = render_template(
        f"operator/clinics/{name}.html",
        clinic=clinic,
        form=form,
        may=actions.may(clinic, name),
        changed=items(form),
        happened=last_happened(clinic) if form.changes else None,
        has_errors=bool(form.errors or form.changes),
    )
    return html, STALE if form.changes else 422 if form.errors else 200
