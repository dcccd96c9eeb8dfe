"""A problem after a session that the patient tells the clinic, which is asked to answer within a time.

Only the message goes to the clinic, in the thread; what the patient answered at a check-in does not. How soon a clinic
answers is counted and published.
"""

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select

from marketplace.aftercare.events import (
    ProblemAnswered,
    ProblemEnded,
    ProblemOverdue,
    ProblemReminded,
    ProblemTold,
)
from marketplace.aftercare.models import PROBLEM, Problem
from marketplace.aftercare.states import OPEN_PROBLEMS, ProblemState
from marketplace.clinics.models import Clinic
from marketplace.clinics.track_records import PUBLISHED_FROM, track_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import for_each_locked, lock_rows
from marketplace.foundation.problems import WrongState
from marketplace.leads.actions import reply as send_reply
from marketplace.leads.clocks import median_minutes
from marketplace.leads.consent import GIVEN, write_consent
from marketplace.leads.deadlines import due_at
from marketplace.leads.events import ids
from marketplace.leads.messages import PATIENT, post_message, takes_messages
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import LEAD_REFUSALS, LeadState
from marketplace.quote_requests.models import REQUEST
from marketplace.quote_requests.states import Purpose
from marketplace.reviews.actions import close_items_of, open_item
from marketplace.reviews.models import ReviewKind

ANSWER_WITHIN = timedelta(hours=24)
COUNTED_FOR = timedelta(days=730)


def consent_words(lead: Lead) -> str:
    """Returns the sentence that the patient agrees to by sending the message."""
    return gettext(
        "I agree that %(clinic)s gets this message, which may say something about my health, and answers it.",
        clinic=lead.clinic.name,
    )


def must_answer_by(lead: Lead) -> datetime:
    """Returns until when the clinic is asked to answer a problem that is told now."""
    return due_at(clock.now(), hours=lead.clinic.hours, timezone=lead.clinic.timezone, within=ANSWER_WITHIN)


def open_problem(lead: Lead) -> Problem | None:
    """Returns the problem that the clinic has not answered yet; None without one."""
    query = select(Problem).where(Problem.lead_id == lead.id, Problem.state.in_(OPEN_PROBLEMS))
    return db.session.scalar(query)


def tell(lead: Lead, body: str) -> None:
    """Sends the message with the consent to it, and starts the clock, unless one runs.

    Raises WrongState where the clinic was not chosen, or takes no messages.
    """
    lock_rows(Clinic, [lead.clinic_id])
    REQUEST.lock(lead.request)
    LEAD.lock(lead)
    if lead.state != LeadState.WON:
        raise WrongState(LEAD_REFUSALS[lead.state])
    if not takes_messages(lead):
        raise WrongState("clinic_stopped", gettext("This clinic cannot read messages at the moment"))
    write_consent(lead.request, [lead.clinic], act=GIVEN, purposes=[Purpose.REQUEST], words=consent_words(lead))
    post_message(lead, author=PATIENT, body=body)
    if open_problem(lead) is None:
        whose = {"request_id": lead.request_id, "lead_id": lead.id, "clinic_id": lead.clinic_id}
        db.session.add(Problem(**whose, told_at=clock.now(), due_at=must_answer_by(lead)))
        db.session.flush()
    record(ProblemTold(**ids(lead)))


def reply(lead: Lead, body: str, *, by: UUID, as_it_is: bool = False) -> None:
    """Sends a clinic's reply; it answers an open problem. Raises what the reply itself raises."""
    send_reply(lead, body, by=by, as_it_is=as_it_is)
    problem = open_problem(lead)
    if problem is None:
        return
    PROBLEM.move(problem, ProblemState.ANSWERED)
    close_items_of(problem.id, kind=ReviewKind.PROBLEM_UNANSWERED)
    with as_system():
        count_answers(problem.clinic_id)
    record(ProblemAnswered(**ids(lead)))


def remind_due(now: datetime) -> int:
    """Reminds clinics once half of their time is gone; returns how many problems."""

    def remind(problem: Problem) -> None:
        problem.reminded_at = now
        record(ProblemReminded(**ids(problem.lead)))

    half = now - Problem.told_at >= Problem.due_at - now
    due = select(Problem).where(Problem.state == ProblemState.TOLD, Problem.reminded_at.is_(None), half)
    return for_each_locked(due, remind)


def overdue_due(now: datetime) -> int:
    """Puts before an operator what a clinic did not answer in time, and tells the patient; returns how many."""

    def late(problem: Problem) -> None:
        PROBLEM.move(problem, ProblemState.OVERDUE)
        open_item(
            ReviewKind.PROBLEM_UNANSWERED,
            subject_id=problem.id,
            clinic_id=problem.clinic_id,
            request_id=problem.request_id,
        )
        count_answers(problem.clinic_id)
        record(ProblemOverdue(**ids(problem.lead)))

    return for_each_locked(select(Problem).where(Problem.state == ProblemState.TOLD, Problem.due_at <= now), late)


def end_due(_now: datetime) -> int:
    """Ends what a clinic cannot answer any more, because it lost the request; returns how many."""
    gone = select(Problem).join(Problem.lead).where(Problem.state.in_(OPEN_PROBLEMS), Lead.state != LeadState.WON)
    return for_each_locked(gone, _end)


def end_those_of(request_id: UUID) -> None:
    """Ends the open problems of a request that is erased."""
    query = select(Problem).where(Problem.request_id == request_id, Problem.state.in_(OPEN_PROBLEMS))
    for problem in db.session.scalars(query).all():
        _end(problem)


def _end(problem: Problem) -> None:
    PROBLEM.move(problem, ProblemState.ENDED)
    close_items_of(problem.id, kind=ReviewKind.PROBLEM_UNANSWERED)
    record(ProblemEnded(**ids(problem.lead)))


def count_answers(clinic_id: UUID) -> None:
    """Counts anew how many problems a clinic answered, and the middle time to an answer, unanswered ones counted."""
    now = clock.now()
    query = select(Problem.told_at, Problem.answered_at).where(
        Problem.clinic_id == clinic_id,
        Problem.told_at > now - COUNTED_FOR,
        Problem.state.in_((ProblemState.ANSWERED, ProblemState.OVERDUE)),
    )
    seen = [
        (((answered or now) - told).total_seconds() / 60, answered is not None)
        for told, answered in db.session.execute(query)
        if told
    ]
    kept, is_sample = track_record(clinic_id), db.session.get_one(Clinic, clinic_id).is_sample
    if is_sample and len(seen) < PUBLISHED_FROM:
        return  # a sample clinic's invented figure stays until it has its own
    middle = median_minutes(seen)
    kept.problems, kept.problems_answered = len(seen), sum(answered for _minutes, answered in seen)
    kept.problem_minutes = round(middle) if middle is not None else None
    db.session.flush()
