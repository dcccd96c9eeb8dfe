"""Sends a request: submitted, its address confirmed, its leads made; clinics added later."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.transactions import statements
from marketplace.foundation.problems import Refused, WrongState
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads.capacity import reserve_places
from marketplace.leads.consent import (
    GIVEN,
    REVOKED,
    consent_text,
    consented_ids,
    full_text,
    standing_purposes,
    write_consent,
)
from marketplace.leads.deadlines import due_at
from marketplace.leads.events import LeadArrived
from marketplace.leads.models import Lead
from marketplace.leads.proposal import Wanted, forget_shown, keep_decisions, refusals, shown_proposals, wanted
from marketplace.leads.states import LeadState
from marketplace.leads.waiting import wait_for_clinic
from marketplace.quote_requests.drafts import MAX_CLINICS, first_missing
from marketplace.quote_requests.events import (
    NoClinicFound,
    RequestConfirmed,
    RequestRepeated,
    RequestSubmitted,
)
from marketplace.quote_requests.models import REQUEST, Consent, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import ticked
from marketplace.quote_requests.request_links import spend_confirm
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
    photos = len(photos_of(request))
    submit_agreed(request, ticked(request), photos=photos, share_health=share_health, aftercare=aftercare)


def submit_agreed(
    request: QuoteRequest,
    clinics: list[Clinic],
    *,
    photos: int,
    share_health: bool,
    aftercare: bool,
    was_shown: bool = False,
) -> None:
    """Submits a locked request without a missing answer, to the clinics ticked in it; `photos` is how many it has.

    `was_shown` says that its person was shown proposals. Raises WrongState when the request was sent before.
    """
    keep_decisions(request, was_shown=was_shown)
    is_first = request.unconfirmed_at is None
    also = {"share_health": share_health, "aftercare": aftercare}
    REQUEST.move(request, RequestState.UNCONFIRMED, is_locked=True, **also)
    _agree(request, clinics, with_health=share_health, photos=photos, is_first=is_first)
    ask_to_confirm(request, RequestSubmitted)


def ask_to_confirm(request: QuoteRequest, event: type[Event]) -> None:
    """Records the event that the email to confirm follows from.

    A mailbox with an open request for the same procedure is told of that one instead.
    """
    open_one = _open_for_the_same(request)
    if open_one:
        # Its mailbox is told of the open one; nothing asks to confirm this one.
        gathering.change(request, reminded_at=clock.now())
    record(RequestRepeated(request_id=open_one) if open_one else event(request_id=request.id))


def _agree(
    request: QuoteRequest, clinics: list[Clinic], *, with_health: bool, photos: int, is_first: bool = False
) -> None:
    purposes = [Purpose.REQUEST, *[Purpose.HEALTH] * with_health, *[Purpose.PHOTOS] * (with_health and photos > 0)]
    words = consent_text(clinics, with_health=with_health, photos=photos)
    write_consent(request, clinics, act=GIVEN, purposes=purposes, words=words, is_first=is_first)


def _open_for_the_same(request: QuoteRequest) -> UUID | None:
    """The open request of the same address for the same procedure, or unsure about the same treatment."""
    earlier = (
        select(QuoteRequest.id)
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
    with statements() as connection:
        return connection.scalar(earlier)


def confirm(
    request: QuoteRequest, *, clinics: Sequence[Clinic] | None = None, without: Sequence[Clinic] = ()
) -> Confirmed:
    """Opens the request and makes a lead at each consented clinic with a free place, but for those `without`.

    `clinics` are what `lock_with_clinics` returned, where the caller has locked them. Raises WrongState unless it waits
    to be confirmed, or where other clinics got consent meanwhile.
    """
    consented = lock_with_clinics(request).clinics if clinics is None else clinics
    REQUEST.move(request, RequestState.OPEN, is_locked=True)
    for clinic in without:
        _end_consent(request, clinic)
    confirmed = _leads_for(request, [clinic for clinic in consented if clinic not in without])
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
    photos = len(photos_of(request))
    for clinic in clinics:
        _agree(request, [clinic], with_health=share_health, photos=photos)
    forget_shown(request.id)
    return _leads_for(request, wanted(request, _without_lead(request.id)).clinics)


def lock_with_clinics(request: QuoteRequest, clinics: Iterable[Clinic] = ()) -> Wanted:
    """Locks every clinic that is to have the request, these `clinics` too, then the request; returns the consented.

    No clinic is suspended between the check and its lead, and a suspension takes its locks in the same order. Raises
    WrongState where other clinics got consent while this waited.
    """
    locked = _lock_clinics(request.id, clinics)
    REQUEST.lock(request)
    return _consented(request, locked=locked)


def lock_to_confirm(link: SignedLink) -> tuple[QuoteRequest, Wanted]:
    """Does the same for the request that this link confirms, which is used up. Raises LinkGone, too."""
    locked = _lock_clinics(link.subject_id)
    request = spend_confirm(link)
    return request, _consented(request, locked=locked)


def _lock_clinics(request_id: UUID, clinics: Iterable[Clinic] = ()) -> set[UUID]:
    to_have_it = Clinic.id.in_(_without_lead(request_id)) | Clinic.id.in_([clinic.id for clinic in clinics])
    query = select(Clinic).where(to_have_it).order_by(Clinic.id).with_for_update(key_share=True)
    return {clinic.id for clinic in db.session.scalars(query.execution_options(populate_existing=True))}


def _consented(request: QuoteRequest, *, locked: Collection[UUID]) -> Wanted:
    consented = wanted(request, _without_lead(request.id))
    if any(clinic.id not in locked for clinic in consented.clinics):
        raise WrongState("clinics_changed")
    return consented


def _without_lead(request_id: UUID) -> Select[UUID]:
    """Selects the ids of the clinics with a consent and no lead yet."""
    have = select(Lead.clinic_id).where(Lead.request_id == request_id)
    return consented_ids(request_id, Purpose.REQUEST).where(Consent.clinic_id.not_in(have))


def _leads_for(request: QuoteRequest, clinics: Sequence[Clinic]) -> Confirmed:
    """A lead for each of these clinics that has a place. For a request locked with its clinics."""
    free = reserve_places([clinic.id for clinic in clinics])
    full = [clinic for clinic in clinics if clinic.id not in free]
    for clinic in full:
        _end_consent(request, clinic)
    leads = [_lead(request, clinic) for clinic in clinics if clinic.id in free]
    gathering.add(*leads)
    for lead in leads:
        record(LeadArrived(request_id=request.id, clinic_id=lead.clinic_id, lead_id=lead.id))
    return Confirmed(leads, full)


def _end_consent(request: QuoteRequest, clinic: Clinic) -> None:
    """A clinic that was full got nothing: it is asked for anew before it ever does."""
    stood = standing_purposes(request)[clinic.id]
    write_consent(request, [clinic], act=REVOKED, purposes=stood, words=full_text(clinic))


def _lead(request: QuoteRequest, clinic: Clinic) -> Lead:
    now = clock.now()
    lead = Lead(
        id=uuid7(),
        request_id=request.id,
        clinic_id=clinic.id,
        state=LeadState.NEW,
        new_at=now,
        clock_started_at=now,
        due_at=due_at(now, hours=clinic.hours, timezone=clinic.timezone),
    )
    set_committed_value(lead, "request", request)
    set_committed_value(lead, "clinic", clinic)
    return lead
