"""Collects the answers of a draft step by step; each is stored at once and can be changed."""

import secrets
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.catalogue.queries import treatments
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import Refused, WrongState
from marketplace.foundation.security.sealed import keyring, new_data_key
from marketplace.quote_requests.answer_table import coded_choices
from marketplace.quote_requests.models import REQUEST, DraftClinic, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState

STEPS = ("treatment", "where", "when", "health", "you", "clinics", "check")
BESIDE = {"budget": "when", "photos": "health"}  # pages that need no answer, each with the step it stands beside
MAX_CLINICS = 5


def start(
    *,
    request_id: UUID | None = None,
    clinic_slug: str | None = None,
    country: str | None = None,
    treatment: str | None = None,
) -> QuoteRequest:
    """Makes a draft; one started from a clinic's page remembers the clinic. Unknown values are left out.

    Where there is one treatment the draft is about it, whatever `treatment` says.
    """
    request_id = request_id or uuid7()
    clinic = _published(clinic_slug)
    wanted = clinic.country if clinic else country
    request = QuoteRequest(
        id=request_id,
        ref=new_ref(),
        state=RequestState.DRAFT,
        draft_at=clock.now(),
        last_answered_at=clock.now(),
        data_key=new_data_key(owner=request_id),
        treatment=_treatment(treatment),
        destinations=[wanted] if wanted else [],
        started_from_id=clinic.id if clinic else None,
    )
    db.session.add(request)
    db.session.flush()
    return request


def _treatment(slug: str | None) -> Treatment | None:
    listed = treatments()
    return listed[0] if len(listed) == 1 else next((each for each in listed if each.slug == slug), None)


def start_from(draft: QuoteRequest, clinic_slug: str | None) -> None:
    """Remembers the clinic from whose page the person came back; the answers stay. Raises WrongState once sent."""
    begin(draft)
    clinic = _published(clinic_slug)
    if clinic is not None:
        draft.started_from_id = clinic.id
        if not draft.where_answered:
            draft.destinations = [clinic.country]
    touch(draft)


def _published(slug: str | None) -> Clinic | None:
    published = select(Clinic).where(Clinic.slug == slug, Clinic.listing_state == ListingState.PUBLISHED)
    return db.session.scalar(published) if slug else None


def first_missing(request: QuoteRequest, *, has_clinics: bool | None = None) -> str | None:
    """The first required step without an answer; None when the request can be checked.

    `has_clinics` says whether clinics are ticked, where that is known.
    """
    answered = {
        "treatment": request.procedure_answered,
        "where": request.where_answered,
        "when": request.timing is not None,
        "health": request.health_sealed is not None,
        "you": bool(request.name_sealed and request.email_hash and request.languages),
        "clinics": request.wait_without_clinic or (_has_clinics(request) if has_clinics is None else has_clinics),
    }
    return next((step for step, given in answered.items() if not given or _lacks_choice(request, step)), None)


def _lacks_choice(request: QuoteRequest, step: str) -> bool:
    return any(choice.missing and getattr(request, name) is None for name, choice in coded_choices(step).items())


def _has_clinics(request: QuoteRequest) -> bool:
    return (
        db.session.scalar(select(DraftClinic.clinic_id).where(DraftClinic.request_id == request.id).limit(1))
        is not None
    )


def begin(draft: QuoteRequest) -> None:
    """Locks a draft. Raises WrongState once it is sent: whoever has it then was not asked for more."""
    REQUEST.lock(draft)
    if draft.state != RequestState.DRAFT:
        raise WrongState(REQUEST_REFUSALS[draft.state])


def touch(request: QuoteRequest) -> None:
    """Notes an answer: a draft ends 24 hours after the last one."""
    request.last_answered_at = clock.now()
    db.session.flush()


def answer_treatment(request: QuoteRequest, *, procedure_slug: str | None, concern: str | None) -> None:
    """Stores the procedure, or none: then clinics suggest one.

    Raises Refused for an unknown procedure, for one of another treatment than the draft's, and for none where nobody
    said which treatment it is about.
    """
    procedure = None
    if procedure_slug is not None:
        procedure = db.session.scalar(select(Procedure).where(Procedure.slug == procedure_slug))
        if procedure is None or request.treatment not in (None, procedure.treatment):
            raise Refused("unknown_procedure", field="procedure")
    if procedure is None and request.treatment is None:
        raise Refused("no_treatment", field="procedure")
    before = _deciding(request)
    request.treatment = procedure.treatment if procedure else request.treatment
    request.procedure = procedure
    request.concern = concern
    request.procedure_answered = True
    _changed(request, before=before)


def answer_where(request: QuoteRequest, *, home_country: str, destinations: list[str]) -> None:
    """Stores where the person lives and would travel; no destination means anywhere."""
    before = _deciding(request)
    request.home_country = home_country
    request.destinations = sorted(set(destinations))
    request.where_answered = True
    _changed(request, before=before)


def answer_when(request: QuoteRequest, *, timing: str, month_from: date | None, month_to: date | None) -> None:
    """Stores when the person could travel. Raises Refused when the months are the wrong way round."""
    if month_from and month_to and month_to < month_from:
        raise Refused("months_reversed", field="month_to")
    request.timing = timing
    request.month_from, request.month_to = month_from, month_to
    touch(request)


def answer_coded_choices(request: QuoteRequest, codes: Mapping[str, str | None]) -> None:
    """Stores answers that are one code of a list, by name; None where an optional one was left open."""
    for name, code in codes.items():
        setattr(request, name, code)
    touch(request)


def answer_budget(
    request: QuoteRequest, *, amount: int | None, currency: str | None, scope: str | None, share: bool
) -> None:
    """Stores the optional budget in minor units; clinics see it only with `share`."""
    before = _deciding(request)
    request.budget_amount = amount
    request.budget_currency = currency if amount is not None else None
    request.budget_scope = scope if amount is not None else None
    request.share_budget = share and amount is not None
    request.budget_answered = True
    _changed(request, before=before)


def answer_health(request: QuoteRequest, *, conditions: list[str], details: str) -> None:
    """Seals the health answers at once. Raises Refused for "none of these" beside anything else."""
    if "none" in conditions and len(conditions) > 1:
        raise Refused("none_and_another", field="conditions")
    request.health_sealed = request.box.seal(
        "quote_request.health_sealed", {"conditions": conditions, "details": details}
    )
    touch(request)


def answer_you(
    request: QuoteRequest, *, name: str, email: str, phone: str, languages: list[str], questions: list[str]
) -> None:
    """Seals name, contact and questions.

    Name and questions go to chosen clinics; email and phone to one clinic, when it is chosen.
    """
    before = _deciding(request)
    box = request.box
    request.name_sealed = box.seal("quote_request.name_sealed", name) if name else None
    request.questions_sealed = box.seal("quote_request.questions_sealed", questions)
    seal_contact(request, email=email, phone=phone)
    request.languages = languages
    _changed(request, before=before)


def seal_contact(request: QuoteRequest, *, email: str, phone: str) -> None:
    """Seals the address that emails go to, and the phone number if one was given."""
    request.contact_sealed = request.box.seal("quote_request.contact_sealed", {"email": email, "phone": phone})
    request.email_hash = keyring.look_up_hash(email) if email else None


def answer_clinics(request: QuoteRequest, *, clinics: list[Clinic], wait: bool) -> None:
    """Stores the clinics the request may go to. Raises Refused beyond five, or for none without `wait`."""
    if len(clinics) > MAX_CLINICS:
        raise Refused("too_many_clinics", field="clinics")
    if not clinics and not wait:
        raise Refused("no_clinic", field="clinics")
    db.session.execute(delete(DraftClinic).where(DraftClinic.request_id == request.id))
    db.session.add_all(DraftClinic(request_id=request.id, clinic_id=clinic.id) for clinic in clinics)
    request.wait_without_clinic = wait and not clinics
    touch(request)


def untick(request: QuoteRequest, clinics: list[Clinic]) -> None:
    """Removes these clinics from a draft: they do not get the request."""
    if not clinics:
        return
    of_these = (DraftClinic.request_id == request.id) & DraftClinic.clinic_id.in_([clinic.id for clinic in clinics])
    db.session.execute(delete(DraftClinic).where(of_these))


def _deciding(request: QuoteRequest) -> tuple[object, ...]:
    """What of the answers decides who is eligible; an unshared budget does not."""
    budget = (request.budget_amount, request.budget_currency) if request.share_budget else None
    procedure_id = request.procedure.id if request.procedure else None
    return procedure_id, request.home_country, tuple(request.destinations), frozenset(request.languages), budget


def _changed(request: QuoteRequest, *, before: tuple[object, ...]) -> None:
    """An answer that decides who is eligible empties the ticks that came after it."""
    if request.state == RequestState.DRAFT and before != _deciding(request):
        db.session.execute(delete(DraftClinic).where(DraftClinic.request_id == request.id))
        request.wait_without_clinic = False
    touch(request)


ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ref() -> str:
    """Returns a new public reference: MQ- and eight characters without look-alikes, 30^8 possibilities."""
    return "MQ-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
