"""The lead and the clinic of a page, and the record of who of the team read which of the lead's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_security import current_user

from marketplace.leads.actions import open_lead, record_access, record_access_in_own_transaction
from marketplace.leads.messages import PATIENT, mark_read
from marketplace.leads.visibility import VisibleAnswers

if TYPE_CHECKING:
    from marketplace.clinics.models import Clinic
    from marketplace.leads.models import Lead


def current_lead() -> Lead:
    """Returns the lead of this page, for limits of forms and for error pages: a view has it as an argument."""
    lead: Lead = g.lead
    return lead


def current_clinic() -> Clinic:
    """Returns the clinic of whoever is signed in, for the same; each page of a clinic has one."""
    clinic: Clinic = g.clinic
    return clinic


def record_accesses(lead: Lead, visible: VisibleAnswers) -> None:
    """Records which answers were read, for the patient to see, and marks their messages as read; HEAD reads nothing."""
    if request.method == "HEAD":
        return
    open_lead(lead)
    for what in visible.shown:
        record_access(lead, actor=current_user.actor, what=what)
    if visible.said:
        mark_read(lead, author=PATIENT, until=visible.said[-1].at)


def record_accesses_of_refused_form(lead: Lead, visible: VisibleAnswers) -> None:
    """Records the same in a transaction of its own: a refused form shows the answers, and is rolled back."""
    for what in visible.shown:
        record_access_in_own_transaction(lead, actor=current_user.actor, what=what)
