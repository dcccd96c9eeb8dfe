"""Freezes or thaws what a clinic has when it may not go on, or may again; its patients are told.

The verbs of an operator that can change this stand here: what follows belongs to the decision.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from marketplace.clinics import actions, checks
from marketplace.clinics.checks import Stop, goes_on, why_stopped
from marketplace.clinics.models import Check, Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import lock_rows
from marketplace.leads.clocks import can_freeze, thaw
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.leads.events import ChosenClinicReturned, ChosenClinicStopped, LeadFrozen, LeadThawed, ids
from marketplace.leads.models import Lead
from marketplace.leads.states import FREEZES, LeadState
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes.pending import freeze_answer

BATCH = 50
CHOSEN = (RequestState.CHOSEN, RequestState.SETTLED)


def suspend(clinic: Clinic, *, reasons: Sequence[str], statement: str) -> None:
    """Suspends a listing at once; what is open at the clinic freezes.

    Raises Refused without reasons of the list and a statement, WrongState from a state that allows no suspension.
    """
    actions.suspend_listing(clinic, reasons=reasons, statement=statement)
    apply_standing([clinic])


def reinstate(clinic: Clinic) -> None:
    """Publishes a suspended listing again; what was frozen thaws.

    Raises Refused where a required check is not in date, WrongState unless it is suspended.
    """
    actions.reinstate_listing(clinic)
    apply_standing([clinic])


def close(clinic: Clinic) -> None:
    """Closes a listing for good; what is open freezes. Raises WrongState where it is closed already."""
    actions.close_listing(clinic)
    apply_standing([clinic])


def decide_check(
    check: Check, *, verdict: str, evidence: str, source: str, expires_on: date | None, checked_by: str
) -> None:
    """Stores what an operator found of a claim, and freezes or thaws what follows from it.

    Raises Refused for a date out of range, WrongState where the check allows no such decision.
    """
    clinics = lock_rows(Clinic, [check.clinic_id])
    checks.decide(
        check, verdict=verdict, evidence=evidence, source=source, expires_on=expires_on, checked_by=checked_by
    )
    apply_standing(clinics)


def stop_due(now: datetime) -> int:
    """Freezes or thaws what does not stand as it should, such as after a check that ended; returns how many leads."""
    # Whether it has such a lead comes first: an index knows.
    stops = _has((*FREEZES, LeadState.WON), _would_stop()) & ~goes_on(now.date())
    affected = or_(stops, _has((LeadState.FROZEN, LeadState.WON), _would_return()) & goes_on(now.date()))
    query = select(Clinic.id).where(Clinic.id.in_(_clinics_with_leads()), affected)
    found = db.session.scalars(query.order_by(Clinic.id).limit(BATCH)).all()
    return apply_standing(lock_rows(Clinic, found)) if found else 0


def apply_standing(clinics: Sequence[Clinic]) -> int:
    """Freezes or thaws what these locked clinics have, as they stand now, and returns how many leads changed."""
    stops = {clinic.id: why_stopped(clinic) for clinic in clinics}
    with as_system():
        leads = _leads_to_change(stops)
        lock_rows(QuoteRequest, [lead.request_id for lead in leads])
        return sum(_follow(lead, stops[lead.clinic_id]) for lead in lock_rows(Lead, [lead.id for lead in leads]))


def _leads_to_change(stops: dict[UUID, Stop | None]) -> list[Lead]:
    stopped = [clinic_id for clinic_id, stop in stops.items() if stop]
    going = [clinic_id for clinic_id, stop in stops.items() if not stop]
    query = select(Lead).join(QuoteRequest, QuoteRequest.id == Lead.request_id)
    stop, back = and_(Lead.clinic_id.in_(stopped), _would_stop()), and_(Lead.clinic_id.in_(going), _would_return())
    return list(db.session.scalars(query.where(or_(stop, back)).order_by(Lead.id)))


def _would_stop() -> ColumnElement[bool]:
    open_here = Lead.state.in_(FREEZES) & QuoteRequest.state.in_(TAKES_QUOTES)
    chosen_here = (Lead.state == LeadState.WON) & Lead.warned_at.is_(None) & QuoteRequest.state.in_(CHOSEN)
    return or_(open_here, chosen_here)


def _would_return() -> ColumnElement[bool]:
    return or_(Lead.state == LeadState.FROZEN, (Lead.state == LeadState.WON) & Lead.warned_at.is_not(None))


def _clinics_with_leads() -> Select[UUID]:
    """Selects them one after the other, each by a look at an index: neither all clinics are read nor all leads."""
    lowest = select(Lead.clinic_id).order_by(Lead.clinic_id).limit(1)
    first = select(lowest.scalar_subquery().label("clinic_id")).cte("with_leads", recursive=True)
    next_one = lowest.where(Lead.clinic_id > first.c.clinic_id).correlate(first).scalar_subquery()
    each = first.union_all(select(next_one).where(first.c.clinic_id.is_not(None)))
    return select(each.c.clinic_id)


def _has(states: Iterable[LeadState], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition on a clinic: it has such a lead. The limit keeps the planner from reading all leads at once."""
    query = select(Lead.id).join(QuoteRequest, QuoteRequest.id == Lead.request_id)
    query = query.where(Lead.clinic_id == Clinic.id, Lead.state.in_(states), condition).correlate(Clinic)
    return query.limit(1).scalar_subquery().is_not(None)


def _follow(lead: Lead, stop: Stop | None) -> bool:
    """One lead, as it stands now that its request is locked."""
    if stop and can_freeze(lead) and lead.request.state in TAKES_QUOTES:
        freeze_answer(lead)
        record(LeadFrozen(**ids(lead), reason=stop))
    elif stop and lead.state == LeadState.WON and lead.warned_at is None and lead.request.state in CHOSEN:
        _may_undo_anew(lead)
        record(ChosenClinicStopped(**ids(lead), reason=stop))
    elif not stop and lead.state == LeadState.FROZEN:
        thaw(lead)
        record(LeadThawed(**ids(lead)))
    elif not stop and lead.state == LeadState.WON and lead.warned_at is not None:
        lead.warned_at = None
        record(ChosenClinicReturned(**ids(lead)))
    else:
        return False
    return True


def _may_undo_anew(lead: Lead) -> None:
    """The clinic keeps the contact it has; whoever chose it may undo for 48 hours from now."""
    request, lead.warned_at = lead.request, clock.now()
    if request.state == RequestState.SETTLED:
        chosen_at = request.chosen_at
        REQUEST.move(request, RequestState.CHOSEN)
        request.chosen_at = chosen_at  # the clocks of the others have stood since then
    request.undo_until = clock.now() + UNDO_WITHIN
