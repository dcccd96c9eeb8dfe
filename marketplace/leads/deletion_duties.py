"""What a clinic has to delete: asked for at a revocation or an undone choice, asked again, confirmed, or lifted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import for_each_locked
from marketplace.foundation.problems import WrongState
from marketplace.leads.events import DeletionChased, DeletionConfirmed, ids
from marketplace.leads.models import DUTY, LEAD, DeletionDuty, Lead
from marketplace.leads.states import LEAD_REFUSALS, DutyState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import DELETABLE, RequestState
from marketplace.reviews.actions import close_items_of, open_item
from marketplace.reviews.models import ReviewKind

CHASED_AFTER = (timedelta(days=3), timedelta(days=7))


def ask_to_delete(lead: Lead, purposes: Collection[str]) -> None:
    """Adds a duty for each purpose that has none open. For a locked lead."""
    there = {duty.purpose for duty in duties_of(lead) if duty.state == DutyState.ASKED}
    whose = {"lead_id": lead.id, "request_id": lead.request_id, "clinic_id": lead.clinic_id}
    for purpose in purposes:
        if purpose not in there:
            db.session.add(DeletionDuty(**whose, purpose=purpose, state=DutyState.ASKED, asked_at=clock.now()))
    db.session.flush()


def lift(lead: Lead, purpose: str) -> None:
    """Lifts the open duty of a purpose, because the clinic may read it again. For a locked lead."""
    for duty in duties_of(lead):
        if duty.purpose == purpose and duty.state == DutyState.ASKED:
            _end(duty, DutyState.LIFTED)


def confirm_deletion(lead: Lead, purposes: Collection[str] = DELETABLE) -> None:
    """Confirms the open duties of these purposes: the clinic says that its copy is deleted.

    Raises WrongState where there never was anything to delete.
    """
    LEAD.lock(lead)
    asked = [duty for duty in duties_of(lead) if duty.purpose in purposes]
    if not asked:
        raise WrongState(LEAD_REFUSALS[lead.state])
    for duty in asked:
        if duty.state == DutyState.ASKED:
            _end(duty, DutyState.CONFIRMED)
            record(DeletionConfirmed(**ids(lead), reason=duty.purpose))


def _end(duty: DeletionDuty, state: DutyState) -> None:
    DUTY.move(duty, state)
    close_items_of(duty.id, kind=ReviewKind.DELETION_NOT_CONFIRMED)


def chase_due(now: datetime) -> int:
    """Asks clinics again, 3 and 7 days after they were asked to delete; after the last time operators see it."""

    def chase(duty: DeletionDuty) -> None:
        duty.chases, duty.chased_at = duty.chases + 1, now
        record(DeletionChased(**ids(duty.lead), reason=duty.purpose))
        if duty.chases == len(CHASED_AFTER):
            whose = {"clinic_id": duty.clinic_id, "request_id": duty.request_id}
            open_item(ReviewKind.DELETION_NOT_CONFIRMED, subject_id=duty.id, **whose, detail={"reason": duty.purpose})

    wait = case((DeletionDuty.chases == 0, CHASED_AFTER[0]), else_=CHASED_AFTER[1])
    due = select(DeletionDuty).where(
        DeletionDuty.state == DutyState.ASKED,
        DeletionDuty.chases < len(CHASED_AFTER),
        DeletionDuty.asked_at <= now - wait,
    )
    return for_each_locked(due.order_by(DeletionDuty.asked_at, DeletionDuty.id), chase)


def duties_of(lead: Lead) -> list[DeletionDuty]:
    """Returns everything the clinic ever had to delete of this request, oldest first."""
    query = select(DeletionDuty).where(DeletionDuty.lead_id == lead.id)
    return list(db.session.scalars(query.order_by(DeletionDuty.asked_at, DeletionDuty.id)))


def duties_by_clinic(request: QuoteRequest) -> dict[UUID, list[DeletionDuty]]:
    """Returns the duties of a request by clinic, without those that were lifted."""
    query = select(DeletionDuty).where(DeletionDuty.request_id == request.id, DeletionDuty.state != DutyState.LIFTED)
    found: dict[UUID, list[DeletionDuty]] = {}
    for duty in db.session.scalars(query.order_by(DeletionDuty.asked_at, DeletionDuty.id)):
        found.setdefault(duty.clinic_id, []).append(duty)
    return found


def has_open_duty() -> ColumnElement[bool]:
    """Condition on a lead: something is still to be deleted."""
    return (
        select(DeletionDuty.id).where(DeletionDuty.lead_id == Lead.id, DeletionDuty.state == DutyState.ASKED).exists()
    )


def ended_duties(before: datetime) -> Select[UUID]:
    """Selects ended duties of requests that were erased before this moment; an open one stays until it is confirmed."""
    gone = (QuoteRequest.state == RequestState.ERASED) & (QuoteRequest.erased_at < before)
    of_gone = DeletionDuty.request_id.in_(select(QuoteRequest.id).where(gone))
    return select(DeletionDuty.id).where(DeletionDuty.state != DutyState.ASKED, of_gone)


def forget_duties(duties: Sequence[UUID]) -> None:
    """Deletes these duties; the audit log keeps that the clinic confirmed."""
    db.session.execute(delete(DeletionDuty).where(DeletionDuty.id.in_(duties)))
