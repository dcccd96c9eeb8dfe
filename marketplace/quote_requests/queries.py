"""Reads requests by whom they belong to, never by what they hold.

For operators it reads where they stand, never whose they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Treatment
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.lifecycle import count_by_state
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.foundation.security.sealed import Box
from marketplace.quote_requests.models import Consent, DraftClinic, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, Purpose, RequestState

ASKED_FOR_MAIL = ("RequestSubmitted", "ConfirmationResent", "RequestAddressCorrected", "LinkAsked")
CAME_BACK = ("EmailFailed", "EmailBounced", "EmailWithheld")


@dataclass(frozen=True)
class Answers:
    """The sealed answers, opened for a reader who may see them."""

    conditions: tuple[str, ...] = ()
    details: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    questions: tuple[str, ...] = ()


def draft(request_id: UUID) -> QuoteRequest:
    """Returns a request that is still a draft. Raises NotFound."""
    request = db.session.get(QuoteRequest, request_id)
    if request is None or request.state != RequestState.DRAFT:
        raise NotFound("draft")
    return request


def locked_draft(request_id: UUID) -> QuoteRequest:
    """Returns a draft with its treatment and procedure, locked. Raises NotFound, WrongState once it was sent."""
    query = select(QuoteRequest).where(QuoteRequest.id == request_id)
    query = query.options(joinedload(QuoteRequest.treatment), joinedload(QuoteRequest.procedure))
    query = query.with_for_update(of=QuoteRequest, key_share=True)
    request = db.session.scalar(query.execution_options(populate_existing=True))
    if request is None:
        raise NotFound("draft")
    if request.state != RequestState.DRAFT:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return request


def by_ref(ref: str) -> QuoteRequest:
    """Returns a request by its public reference. Raises NotFound."""
    request = db.session.scalar(select(QuoteRequest).where(QuoteRequest.ref == ref))
    if request is None:
        raise NotFound("request")
    return request


def treatment_of(request: QuoteRequest) -> Treatment:
    """The treatment a request is about. Raises NotFound for a draft in which nobody said it, and once erased."""
    if request.treatment is None:
        raise NotFound("treatment")
    return request.treatment


def answers(request: QuoteRequest) -> Answers:
    """Opens the sealed answers, empty where unanswered. Raises CannotOpen once erased."""
    conditions, details = health_answers(request)
    return replace(without_health(request), conditions=conditions, details=details)


def health_answers(request: QuoteRequest) -> tuple[tuple[str, ...], str]:
    """Opens the health answers alone: conditions and details. Raises CannotOpen once erased."""
    if request.health_sealed is None:
        return (), ""
    health = request.box.open("quote_request.health_sealed", request.health_sealed)
    return tuple(health.get("conditions", ())), health.get("details", "")


def without_health(request: QuoteRequest) -> Answers:
    """Opens all but the health answers, for a reader without consent to those.

    Raises CannotOpen once erased.
    """
    box = request.box
    contact = box.open("quote_request.contact_sealed", request.contact_sealed) if request.contact_sealed else {}
    return Answers(
        name=name_to_use(request),
        email=contact.get("email", ""),
        phone=contact.get("phone", ""),
        questions=tuple(box.open("quote_request.questions_sealed", request.questions_sealed))
        if request.questions_sealed
        else (),
    )


def name_to_use(request: QuoteRequest) -> str:
    """Returns what the patient wants to be called. Raises CannotOpen once erased."""
    return open_name(request.name_sealed, box=request.box)


def open_name(name_sealed: bytes | None, *, box: Box) -> str:
    """Opens the name to use, empty where there is none. Raises CannotOpen once the request is erased."""
    return str(box.open("quote_request.name_sealed", name_sealed)) if name_sealed else ""


def ticked_ids(request: QuoteRequest) -> Select[UUID]:
    """Selects the ids of the clinics ticked in a draft."""
    return select(DraftClinic.clinic_id).where(DraftClinic.request_id == request.id)


def started_from_ids(request: QuoteRequest) -> Select[UUID]:
    """Selects the id of the clinic that a request was started from; none where it was not."""
    return select(Clinic.id).where(Clinic.id == request.started_from_id)


def ticked(request: QuoteRequest) -> list[Clinic]:
    """Returns the clinics ticked in a draft, by name."""
    query = select(Clinic).where(Clinic.id.in_(ticked_ids(request))).order_by(Clinic.name)
    return list(db.session.scalars(query))


def consents(request: QuoteRequest) -> list[Consent]:
    """Returns every consent ever given or revoked, oldest first."""
    query = select(Consent).where(Consent.request_id == request.id)
    return list(
        db.session.scalars(
            query.order_by(Consent.at, Consent.number, Consent.purpose != Purpose.REQUEST, Consent.purpose)
        )
    )


def mail_came_back(request: QuoteRequest) -> bool:
    """Whether an email to the patient failed since they last asked for one."""
    told = (AuditEntry.request_id == request.id) & AuditEntry.clinic_id.is_(None)
    query = select(AuditEntry.name).where(told, AuditEntry.name.in_((*ASKED_FOR_MAIL, *CAME_BACK)))
    latest = db.session.scalar(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1))
    return latest in CAME_BACK


UNSEEN = (RequestState.DRAFT,)


def state_counts() -> dict[str, int]:
    """Counts requests by state, without drafts."""
    return count_by_state(QuoteRequest.state, [state for state in RequestState if state not in UNSEEN])


def refs_of(request_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the references of these requests."""
    rows = db.session.execute(select(QuoteRequest.id, QuoteRequest.ref).where(QuoteRequest.id.in_(set(request_ids))))
    return {key: ref for key, ref in rows}


def id_of(ref: str) -> UUID | None:
    """Returns the id of the request with this reference, in any state."""
    return db.session.scalar(select(QuoteRequest.id).where(QuoteRequest.ref == ref))


def history(request: QuoteRequest) -> list[AuditEntry]:
    """Returns the audit entries of a request in order, without readings; those are on the audit log's page."""
    query = select(AuditEntry).where(AuditEntry.request_id == request.id, AuditEntry.name != "AnswersRead")
    return list(db.session.scalars(query.order_by(AuditEntry.at, AuditEntry.id).limit(500)))
