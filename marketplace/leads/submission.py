"""Sends a request: submitted, its address confirmed, its leads made; clinics added later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from marketplace.clinics.checks import has_required_checks
from marketplace.clinics.models import Clinic, ClinicLoad
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.consent import (
    GIVEN,
    REVOKED,
    consent_text,
    full_text,
    standing_purposes,
    with_consent,
    write_consent,
)
from marketplace.leads.deadlines import due_at
from marketplace.leads.events import LeadArrived
from marketplace.leads.models import Lead
from marketplace.leads.proposal import forget_shown, keep_decisions, refusals, shown_proposals
from marketplace.leads.states import LeadState
from marketplace.leads.waiting import wait_for_clinic
from marketplace.quote_requests.drafts import MAX_CLINICS, first_missing
from marketplace.quote_requests.events import (
    NoClinicFound,
    RequestConfirmed,
    RequestRepeated,
    RequestSubmitted,
)
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import ticked
from marketplace.quote_requests.states import AT_CLINICS, REQUEST_REFUSALS, Purpose, RequestState

REPEATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Confirmed:
    """The leads that were made, and the ticked clinics that were full or stopped taking requests meanwhile."""

    leads: list[Lead] = field(default_factory=list)
    full: list[Clinic] = field(default_factory=list)


def submit(request: QuoteRequest, *, share_health: bool, aftercare: bool) -> None:
    """Stores the consents in their exact words and the routing decisions; only the email to confirm goes out.

    Raises Refused when an answer is missing, WrongState when the request was sent before.
    """
    REQUEST.lock(request)
    missing = first_missing(request)
    if missing:
        raise Refused("answer_missing", field=missing)
    clinics = ticked(request)
    keep_decisions(request)
    REQUEST.move(request, RequestState.UNCONFIRMED)
    request.share_health, request.aftercare = share_health, aftercare
    _agree(request, clinics, with_health=share_health)
    ask_to_confirm(request, RequestSubmitted)


def ask_to_confirm(request: QuoteRequest, event: type[Event]) -> None:
    """Records the event that the email to confirm follows from.

    A mailbox with an open request for the same procedure is told of that one instead.
    """
    open_one = _open_for_the_same(request)
    if open_one:
        request.reminded_at = clock.now()  # its mailbox was told of the open one; nothing asks to confirm this one
    record(RequestRepeated(request_id=open_one.id) if open_one else event(request_id=request.id))


def _agree(request: QuoteRequest, clinics: list[Clinic], *, with_health: bool) -> None:
    photos = len(photos_of(request))
    purposes = [Purpose.REQUEST, *[Purpose.HEALTH] * with_health, *[Purpose.PHOTOS] * (with_health and photos > 0)]
    words = consent_text(clinics, with_health=with_health, photos=photos)
    write_consent(request, clinics, act=GIVEN, purposes=purposes, words=words)


def _open_for_the_same(request: QuoteRequest) -> QuoteRequest | None:
    """The same address already has an open request for the same procedure, or is unsure about the same treatment."""
    earlier = (
        select(QuoteRequest)
        .where(
            QuoteRequest.email_hash == request.email_hash,
            QuoteRequest.id != request.id,
            QuoteRequest.treatment_id == request.treatment_id,
            QuoteRequest.procedure_id.is_not_distinct_from(request.procedure_id),
            QuoteRequest.state.in_(AT_CLINICS),
            QuoteRequest.open_at > clock.now() - REPEATED_WITHIN,
        )
        .order_by(QuoteRequest.open_at.desc())
        .limit(1)
    )
    with as_system():
        return db.session.scalar(earlier)


def confirm(request: QuoteRequest, *, without: Sequence[Clinic] = ()) -> Confirmed:
    """Opens the request and makes a lead at each consented clinic with a free place, but for those `without`.

    Raises WrongState unless it waits to be confirmed, or where other clinics got consent meanwhile.
    """
    lock_with_clinics(request)
    REQUEST.move(request, RequestState.OPEN)
    for clinic in without:
        _end_consent(request, clinic)
    confirmed = _leads_for(request)
    record(RequestConfirmed(request_id=request.id))
    if not confirmed.leads:
        wait_for_clinic(request, clock.now())
        record(NoClinicFound(request_id=request.id))
    return confirmed


def add_clinics(request: QuoteRequest, clinics: list[Clinic], *, share_health: bool) -> Confirmed:
    """Adds clinics to an open request, each with a consent of its own.

    Raises Refused for none, too many or one that is not proposed, WrongState where the request is not open.
    """
    if not clinics or len(clinics) > MAX_CLINICS:
        raise Refused("no_clinic" if not clinics else "too_many_clinics", field="clinics")
    lock_with_clinics(request, clinics)
    if request.state != RequestState.OPEN:
        raise WrongState(REQUEST_REFUSALS[request.state])
    proposed = {proposal.clinic.id for proposal in shown_proposals(request).proposals}
    if any(clinic.id not in proposed for clinic in clinics) or refusals(request, clinics):
        raise Refused("clinic_not_proposed", field="clinics")
    if share_health and request.health_sealed is None:
        raise WrongState("no_health_answers")
    request.share_health = request.share_health or share_health
    for clinic in clinics:
        _agree(request, [clinic], with_health=share_health)
    forget_shown(request.id)
    return _leads_for(request)


def lock_with_clinics(request: QuoteRequest, clinics: Iterable[Clinic] = ()) -> None:
    """Locks every clinic that is to have the request, these `clinics` too, then the request.

    No clinic is suspended between the check and its lead, and a suspension takes its locks in the same order. Raises
    WrongState where other clinics got consent while this waited.
    """
    locked = {clinic.id for clinic in (*_without_lead(request), *clinics)}
    lock_rows(Clinic, locked)
    REQUEST.lock(request)
    if any(clinic.id not in locked for clinic in _without_lead(request)):
        raise WrongState("clinics_changed")


def _without_lead(request: QuoteRequest) -> list[Clinic]:
    """The clinics with a consent and no lead yet, by id."""
    have = set(db.session.scalars(select(Lead.clinic_id).where(Lead.request_id == request.id)))
    return [clinic for clinic in with_consent(request, Purpose.REQUEST) if clinic.id not in have]


def _leads_for(request: QuoteRequest) -> Confirmed:
    """A lead for every consent without one. For a request locked with its clinics."""
    confirmed = Confirmed()
    for clinic in _without_lead(request):
        if reserve_place(clinic.id):
            confirmed.leads.append(_lead(request, clinic))
        else:
            confirmed.full.append(clinic)
            _end_consent(request, clinic)
    return confirmed


def _end_consent(request: QuoteRequest, clinic: Clinic) -> None:
    """A clinic that was full got nothing: it is asked for anew before it ever does."""
    stood = standing_purposes(request)[clinic.id]
    write_consent(request, [clinic], act=REVOKED, purposes=stood, words=full_text(clinic))


def _lead(request: QuoteRequest, clinic: Clinic) -> Lead:
    now = clock.now()
    lead = Lead(
        request_id=request.id,
        clinic_id=clinic.id,
        state=LeadState.NEW,
        new_at=now,
        clock_started_at=now,
        due_at=due_at(now, hours=clinic.hours, timezone=clinic.timezone),
    )
    db.session.add(lead)
    clinic.leads_sent = Clinic.leads_sent + 1
    db.session.flush()
    record(LeadArrived(request_id=request.id, clinic_id=clinic.id, lead_id=lead.id))
    return lead


def reserve_place(clinic_id: UUID) -> bool:
    """Reserves one place of today and of this week and returns whether there was one.

    There is none where the clinic is full or takes no requests, or where a required check has ended since it was asked
    for.
    """
    today = clock.today()
    week = today - timedelta(days=today.weekday())
    unused = insert(ClinicLoad).values(clinic_id=clinic_id, day=today, day_taken=0, week=week, week_taken=0)
    db.session.execute(unused.on_conflict_do_nothing(index_elements=[ClinicLoad.clinic_id]))
    return db.session.scalar(_taking_one(clinic_id, today=today, week=week)) is not None


def _taking_one(clinic_id: UUID, *, today: date, week: date) -> ReturningUpdate[UUID]:
    of_day = case((ClinicLoad.day == today, ClinicLoad.day_taken), else_=0)
    of_week = case((ClinicLoad.week == week, ClinicLoad.week_taken), else_=0)
    reserve = update(ClinicLoad).where(
        ClinicLoad.clinic_id == Clinic.id,
        Clinic.id == clinic_id,
        Clinic.listing_state == ListingState.PUBLISHED,
        has_required_checks(today),
        of_day < Clinic.daily_capacity,
        of_week < Clinic.weekly_capacity,
    )
    reserve = reserve.values(day=today, day_taken=of_day + 1, week=week, week_taken=of_week + 1)
    return reserve.returning(ClinicLoad.clinic_id).execution_options(synchronize_session=False)
