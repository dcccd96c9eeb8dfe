"""The clinic's own pages: its listing with submitting, pausing and resuming it, its checks and its numbers."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.clinics import actions
from marketplace.clinics.checks import ENDING_WITHIN
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import ListingState
from marketplace.clinics.track_records import shown_record
from marketplace.foundation import clock
from marketplace.foundation.database.engines import read_as_clinic
from marketplace.foundation.problems import Refused
from marketplace.leads.queries import numbers as numbers_of
from marketplace.web.clinic_words import track_record_rows
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.opening_words import opening_words
from marketplace.words.listing import listing_reasons

MAX_ANSWER_LENGTH = 2000


class AnswerForm(Form):
    """The clinic's answer when its listing was sent back for changes; the reviewing operator reads it."""

    answer = TextAreaField(
        _l("What have you changed?"),
        validators=[
            DataRequired(_l("Enter what you have changed, or why nothing has to be")),
            Length(max=MAX_ANSWER_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_ANSWER_LENGTH)),
        ],
    )


@blueprint.get("/listing")
def listing(clinic: Clinic) -> ResponseReturnValue:
    """Shows what patients see of the clinic, and the state of the listing."""
    read_as_clinic(clinic.id)
    return _page(clinic)


@blueprint.post("/listing/submit")
@writes
def submit_listing(clinic: Clinic) -> ResponseReturnValue:
    """Submits the listing for review; after it was sent back, with an answer. Raises Refused or WrongState."""
    form = AnswerForm()
    if clinic.listing_state == ListingState.SENT_BACK and not form.validate_on_submit():
        return _page(clinic, answer_form=form)
    actions.submit(clinic, answer=form.answer.data or "")
    return _back(_("Your listing is sent to review. We write to you when it is decided"))


@blueprint.post("/listing/pause")
@writes
def pause_listing(clinic: Clinic) -> ResponseReturnValue:
    """Pauses the listing: it gets no new requests until it is resumed. Raises WrongState."""
    actions.pause(clinic)
    return _back(_("You get no new requests until you take them again"))


@blueprint.post("/listing/resume")
@writes
def resume_listing(clinic: Clinic) -> ResponseReturnValue:
    """Resumes a paused listing; shows why not while a required check is out of date. Raises WrongState."""
    try:
        actions.resume(clinic)
    except Refused as refusal:
        return _page(clinic, problem=refusal.message)
    return _back(_("You get new requests again"))


def _page(clinic: Clinic, *, problem: str | None = None, answer_form: AnswerForm | None = None) -> ResponseReturnValue:
    refused = problem is not None or answer_form is not None
    decision = clinic.standing_decision
    page = render_template(
        "dashboard/listing.html",
        opening=opening_words(clinic.hours),
        decision=decision,
        reason=listing_reasons(decision.reasons) if decision else "",
        problem=problem,
        answer_form=answer_form or AnswerForm(formdata=None),
        has_errors=refused,
    )
    return page, 422 if refused else 200


def _back(text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("dashboard.listing"), 303)


@blueprint.get("/checks")
def checks(clinic: Clinic) -> str:
    """Shows the six checks with their dates."""
    read_as_clinic(clinic.id)
    return render_template("dashboard/checks.html", today=clock.today(), ending_within=ENDING_WITHIN)


@blueprint.get("/numbers")
def numbers(clinic: Clinic) -> str:
    """Shows the clinic's figures of the last 90 days."""
    read_as_clinic(clinic.id)
    found = numbers_of(clinic.id)
    return render_template(
        "dashboard/numbers.html", found=found, track_record=track_record_rows(shown_record(clinic.id), for_clinic=True)
    )
