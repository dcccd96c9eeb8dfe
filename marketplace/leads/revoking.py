"""A patient revokes a consent for one clinic, or gives it anew; the clinic is told to delete what it has."""

from collections.abc import Collection

from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.consent import (
    GIVEN,
    REVOKED,
    consent_text,
    photos_text,
    revoking_text,
    standing_purposes,
    with_consent,
    write_consent,
)
from marketplace.leads.deletion_duties import ask_to_delete, lift
from marketplace.leads.events import ConsentGiven, ConsentRevoked, LeadRevoked, ids
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import LEAD_REFUSALS, READING, LeadState
from marketplace.quote_requests import photos
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, Purpose, RequestState

ALL = "all"
PARTS = {Purpose.HEALTH.value: Purpose.HEALTH, Purpose.PHOTOS.value: Purpose.PHOTOS}
OVER = (RequestState.WITHDRAWN, RequestState.ERASED)


def revoke(lead: Lead, what: str) -> bool:
    """Revokes consent to `health`, `photos` or `all` for one clinic; returns whether any of it still stood.

    Raises Refused for another word, WrongState once the request is deleted.
    """
    if what not in {*PARTS, ALL}:
        raise Refused("unknown_purpose", field="what")
    _lock(lead)
    stood = standing_purposes(lead.request).get(lead.clinic_id, [])
    purposes = stood if what == ALL else [purpose for purpose in stood if purpose == PARTS[what]]
    if not purposes:
        return False
    write_consent(
        lead.request, [lead.clinic], act=REVOKED, purposes=purposes, words=revoking_text([lead.clinic], what=what)
    )
    end_reading(lead, purposes)
    _delete_what_nobody_reads(lead.request, purposes)
    return True


def end_reading(lead: Lead, purposes: Collection[Purpose]) -> None:
    """Tells the clinic to delete; without consent to the request itself its lead ends. For a locked request."""
    LEAD.lock(lead)
    ask_to_delete(lead, purposes)
    if Purpose.REQUEST not in purposes:
        for purpose in purposes:
            record(ConsentRevoked(**ids(lead), reason=purpose))
    elif LEAD.may(lead, LeadState.REVOKED):
        LEAD.move(lead, LeadState.REVOKED)
        lead.state_before_loss = None  # no undone choice brings it back
        record(LeadRevoked(**ids(lead)))


def give(lead: Lead, what: str, *, words: str) -> None:
    """Gives one clinic consent to `health` or `photos` again; `words` are the sentence that was shown.

    Raises Refused for another word, WrongState where the clinic reads nothing any more, there is nothing to read, or
    the sentence would be another by now.
    """
    if what not in PARTS:
        raise Refused("unknown_purpose", field="what")
    _lock(lead)
    if lead.state not in READING:
        raise WrongState(LEAD_REFUSALS[lead.state])
    sentence = giving_text(lead, what)
    if sentence is None or sentence != words:
        raise WrongState("consent_changed")
    purpose = PARTS[what]
    if purpose in standing_purposes(lead.request).get(lead.clinic_id, []):
        return
    write_consent(lead.request, [lead.clinic], act=GIVEN, purposes=[purpose], words=words)
    lift(lead, purpose)
    if purpose == Purpose.HEALTH:
        lead.request.share_health = True
    record(ConsentGiven(**ids(lead), reason=purpose))


def giving_text(lead: Lead, what: str) -> str | None:
    """Returns the sentence to agree to before the clinic may read it again; None where there is nothing to give."""
    if what == Purpose.HEALTH and lead.request.health_sealed is not None:
        return consent_text([lead.clinic], with_health=True, photos=0)
    added = len(photos.photos_of(lead.request)) if what == Purpose.PHOTOS else 0
    return photos_text([lead.clinic], photos=added) if added else None


def last_reader(lead: Lead, what: str) -> list[Purpose]:
    """Returns the purposes that nobody but this clinic has consent for: our own copy goes with its consent."""
    purposes = PARTS.values() if what == ALL else [PARTS[what]]
    return [purpose for purpose in purposes if [c.id for c in with_consent(lead.request, purpose)] == [lead.clinic_id]]


def _lock(lead: Lead) -> None:
    REQUEST.lock(lead.request)  # the request before its leads, as everywhere
    if lead.request.state in OVER:
        raise WrongState(REQUEST_REFUSALS[lead.request.state])
    LEAD.lock(lead)


def _delete_what_nobody_reads(request: QuoteRequest, purposes: Collection[Purpose]) -> None:
    """As promised beside the consent: when the last clinic may not read it any more, our own copy goes."""
    if Purpose.HEALTH in purposes and not with_consent(request, Purpose.HEALTH):
        request.health_sealed, request.share_health = None, False
    if Purpose.PHOTOS in purposes and not with_consent(request, Purpose.PHOTOS):
        photos.remove_all(request)
