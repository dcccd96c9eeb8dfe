"""The lead of a clinic's page: what is shown of its request, and who of the team read what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_security import current_user

from marketplace.leads.actions import open_lead, record_access, record_access_in_own_transaction
from marketplace.leads.messages import PATIENT, mark_read
from marketplace.leads.visibility import VisibleAnswers
from marketplace.quote_requests.answer_changes import shared_with_clinics
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import AgreeingForm, Shown
from marketplace.words.request import ANSWERS

if TYPE_CHECKING:
    from marketplace.clinics.models import Clinic
    from marketplace.leads.models import Lead
    from marketplace.leads.visibility import VisibleAnswers


def current_lead() -> Lead:
    """Returns the lead of this page, for limits of forms and for error pages: a view has it as an argument."""
    lead: Lead = g.lead
    return lead


def current_clinic() -> Clinic:
    """Returns the clinic of the person signed in, for limits of forms and for error pages."""
    clinic: Clinic = g.clinic
    return clinic


def record_accesses(lead: Lead, visible: VisibleAnswers) -> None:
    """Records which answers were read, which the patient can see, and marks messages as read; HEAD does neither.

    For a lead whose visibility is locked.
    """
    if request.method == "HEAD":
        return
    open_lead(lead, is_locked=True)
    for what in visible.shown:
        record_access(lead, actor=current_user.actor, what=what, is_locked=True)
    if any(said.author == PATIENT and said.read_at is None for said in visible.said):
        mark_read(lead, author=PATIENT, until=visible.said[-1].at)


def record_accesses_of_refused_form(lead: Lead, visible: VisibleAnswers) -> None:
    """Records which answers were read in a transaction of its own, as a refused form is rolled back."""
    for what in visible.shown:
        record_access_in_own_transaction(lead, actor=current_user.actor, what=what)


def request_shown(lead: Lead, visible: VisibleAnswers) -> Shown:
    """Returns the facts of the request's answers that this clinic sees."""
    answers = visible.answers
    facts: dict[str, object] = {
        **shared_with_clinics(lead.request),
        "health": [answers.conditions, answers.details] if visible.health else None,
        "photos": [str(photo.id) for photo in visible.photos],
        "questions": visible.questions,
    }
    return Shown(("lead", str(lead.id)), facts)


def items(form: AgreeingForm | None) -> list[tuple[str | None, str]]:
    """Returns what the patient changed since the page was shown."""
    lines = agreeing.items(form.changes, ANSWERS.clinic, gone="") if form is not None else []
    return [(None, text) for _anchor, text in lines]
