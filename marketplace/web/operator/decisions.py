"""An operator's decisions about a listing; each that stops it has a reason and a statement."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

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


def _reasons(known: Mapping[str, str]) -> SelectMultipleField:
    """Returns the field for the reasons, one or more of the list; its name is `reason`."""
    return SelectMultipleField(
        _l("Reasons"),
        choices=list(known.items()),
        validators=[DataRequired(_l("Select at least one reason"))],
    )


def _statement() -> TextAreaField:
    """Returns the field for the operator's statement to the clinic."""
    return TextAreaField(
        _l("Statement to the clinic"),
        validators=[
            DataRequired(_l("Enter what the clinic should know")),
            Length(max=MAX_STATEMENT_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_STATEMENT_LENGTH)),
        ],
    )


class DecisionForm(AgreeingForm):
    """A decision's reasons, from its own list, and the statement that the clinic reads."""

    reason: SelectMultipleField
    statement: TextAreaField


class SuspendForm(DecisionForm):
    """The reasons and statement of a suspension."""

    reason = _reasons(SUSPENSION_REASONS.operator)
    statement = _statement()


class SendBackForm(DecisionForm):
    """What the clinic has to change before its listing goes live."""

    reason = _reasons(SEND_BACK_REASONS.operator)
    statement = _statement()


@blueprint.post("/clinics/<uuid:clinic_id>/submit")
@writes
def submit_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Takes the listing of an imported clinic, or of one that is ready, into review. Raises NotFound or WrongState."""
    clinic = operator_queries.by_id(clinic_id)
    actions.take_into_review(clinic)
    return back_to_clinic(clinic_id, _("%(name)s is in review", name=clinic.name))


@blueprint.post("/clinics/<uuid:clinic_id>/publish")
@writes
def publish_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Publishes the listing at once; shows why not where a required check is not passed. Raises NotFound."""
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
    """Reinstates a suspended listing, under the same rules as publishing it. Raises NotFound."""
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
    """Shows what a suspension causes before the button. Raises NotFound."""
    return _decision_page("suspend", operator_queries.by_id(clinic_id), SuspendForm())


@blueprint.post("/clinics/<uuid:clinic_id>/suspend")
@writes
def suspend_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Suspends the listing; one reason or more and a statement are needed. Raises NotFound, WrongState or Refused."""
    clinic, form = _as_it_is(clinic_id), SuspendForm()
    if not form.agrees_to(listing_shown(clinic)) or not form.validate():
        return _decision_page("suspend", clinic, form)
    stopping.suspend(clinic, reasons=form.reason.data or [], statement=form.statement.data or "")
    return back_to_clinic(
        clinic_id, _("%(name)s is suspended. The clinic has your statement by email", name=clinic.name)
    )


@blueprint.get("/clinics/<uuid:clinic_id>/send-back")
def ask_send_back(clinic_id: UUID) -> ResponseReturnValue:
    """Shows what sending the listing back causes before the button. Raises NotFound."""
    return _decision_page("send_back", operator_queries.by_id(clinic_id), SendBackForm())


@blueprint.post("/clinics/<uuid:clinic_id>/send-back")
@writes
def send_back_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Sends the listing back; the clinic changes and resubmits it. Raises NotFound, WrongState or Refused."""
    clinic, form = _as_it_is(clinic_id), SendBackForm()
    if not form.agrees_to(listing_shown(clinic)) or not form.validate():
        return _decision_page("send_back", clinic, form)
    actions.send_back(clinic, reasons=form.reason.data or [], statement=form.statement.data or "")
    return back_to_clinic(clinic_id, _("%(name)s is sent back. The clinic has your words by email", name=clinic.name))


def _as_it_is(clinic_id: UUID) -> "Clinic":
    """Returns the clinic with its row locked, so that it cannot change between comparison and decision."""
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
