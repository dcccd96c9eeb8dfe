"""The operators' first page, routing's figures, and requests: where each went and why.

Health answers need a stated reason.
"""

from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.clinics import operator_queries as clinic_desk
from marketplace.clinics.checks import ENDING_WITHIN
from marketplace.foundation.problems import NotFound, Refused
from marketplace.leads import operator_queries as routing_desk
from marketplace.leads import queries
from marketplace.mail import operator_queries as outbox
from marketplace.quote_requests import access_records
from marketplace.quote_requests import queries as request_desk
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.reviews import queries as reviews
from marketplace.web.forms.base import Form
from marketplace.web.http import uploads
from marketplace.web.http.writing import writes
from marketplace.web.operator.audit import request_history
from marketplace.web.operator.blueprint import blueprint, figures
from marketplace.web.operator.list_query import chosen, page_number, page_url, within
from marketplace.words.request import REQUEST_STATES

MAX_REASON_LENGTH = 500


@blueprint.get("")
@figures
def desk() -> ResponseReturnValue:
    """Shows how much waits for an operator, each number with a link to its list."""
    return render_template(
        "operator/desk.html",
        listings=clinic_desk.state_counts(),
        to_check=len(clinic_desk.submitted_checks()),
        expired=len(clinic_desk.expired_checks()),
        ending=len(clinic_desk.ending_checks(within_days=ENDING_WITHIN.days)),
        without_clinic=routing_desk.waiting_without_clinic(),
        requests=request_desk.state_counts(),
        emails=outbox.state_counts(),
        to_review=reviews.undecided(),
    )


@blueprint.get("/routing")
@figures
def routing() -> ResponseReturnValue:
    """Shows where clinics are missing, and how often each clinic was proposed."""
    return render_template(
        "operator/routing.html",
        gaps=routing_desk.gaps(),
        shares=routing_desk.shares(),
        most_requests=f"{routing_desk.NEWEST_REQUESTS:,}",
        most_decisions=f"{routing_desk.NEWEST_DECISIONS:,}",
    )


class UnsealForm(Form):
    """The reason for opening the health answers; the patient reads it."""

    reason = TextAreaField(
        _l("Why you open them"),
        validators=[
            DataRequired(_l("Enter why you open them")),
            Length(max=MAX_REASON_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_REASON_LENGTH)),
        ],
    )


@blueprint.get("/requests")
def list_requests() -> ResponseReturnValue:
    """Shows all requests that were sent, newest first."""
    state, page = chosen("state", REQUEST_STATES.operator, field="state"), page_number()
    without_clinic = chosen("without_clinic", ["yes"], field="without_clinic") == "yes"
    return render_template(
        "operator/requests/list.html",
        found=within(routing_desk.requests(state=state, without_clinic=without_clinic, page=page), wanted=page),
        chosen={"state": state, "without_clinic": without_clinic},
        page_url=page_url,
    )


@blueprint.get("/requests/<ref>")
@writes
def show_request(ref: str) -> ResponseReturnValue:
    """Shows a request's leads, decisions, emails and events; its answers while this operator has opened them.

    Raises NotFound.
    """
    return _request_page(routing_desk.request_by_ref(ref), UnsealForm(formdata=None))


@blueprint.post("/requests/<ref>/unseal")
@writes
def unseal_request(ref: str) -> ResponseReturnValue:
    """Opens the health answers for 15 minutes; the patient can read the reason. Raises NotFound."""
    asked, form = routing_desk.request_by_ref(ref), UnsealForm()
    if not form.validate():
        return _request_page(asked, form), 422
    try:
        access_records.unseal(asked, actor=current_user.actor, reason=form.reason.data or "")
    except Refused:
        form.reason.errors = [_("Enter at least %(n)s characters", n=access_records.MIN_REASON_LENGTH)]
        return _request_page(asked, form), 422
    return redirect(url_for("operator.show_request", ref=ref, _anchor="health"), 303)


@blueprint.get("/requests/<ref>/photos/<uuid:photo_id>")
@writes
def show_photo(ref: str, photo_id: UUID) -> Response:
    """Returns a photo while this operator has opened the answers; HEAD records no access. Raises NotFound."""
    asked = routing_desk.request_by_ref(ref)
    if access_records.open_until(asked, actor=current_user.actor) is None:
        raise NotFound("photo")
    jpeg = access_records.see_unsealed(asked, photo_id) if request.method == "GET" else b""
    return uploads.answer(jpeg, name=f"{ref}-{photo_id}")


def _request_page(asked: QuoteRequest, form: UnsealForm) -> str:
    leads = queries.leads_of(asked)
    open_until = access_records.open_until(asked, actor=current_user.actor) if request.method == "GET" else None
    return render_template(
        "operator/requests/show.html",
        asked=asked,
        leads=leads,
        decisions=queries.decisions(asked),
        counts=queries.counts(asked),
        emails=outbox.emails_of(asked),
        history=request_history(
            request_desk.history(asked), clinic_names={lead.clinic_id: lead.clinic.name for lead in leads}
        ),
        open_until=open_until,
        unsealed=access_records.read_unsealed(asked) if open_until else None,
        photos=photos_of(asked),
        form=form,
        has_errors=bool(form.errors),
    )
