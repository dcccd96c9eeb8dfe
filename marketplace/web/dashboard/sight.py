"""What of a patient's request this clinic may read at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, request
from flask_security import current_user

from marketplace.leads.actions import lock, open_lead, record_access, record_access_in_own_transaction
from marketplace.leads.clinic_queries import shared
from marketplace.leads.freezing import may_read
from marketplace.leads.messages import PATIENT, MessageView, mark_read, messages
from marketplace.leads.states import AWAITING, READING, LeadState
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import Answers, answers, without_health
from marketplace.quote_requests.states import Purpose

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quote_requests.models import Photo

NOTHING = Answers()


@dataclass(frozen=True)
class Sight:
    """Health and photos only with a standing consent, contact only once chosen, nothing when the lead has ended."""

    answers: Answers
    health: bool
    contact: bool
    said: tuple[MessageView, ...]
    photos: tuple[Photo, ...] = ()
    sees_photos: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """What the patient wants to know."""
        return self.answers.questions

    @property
    def shown(self) -> tuple[str, ...]:
        """What of the sealed answers counts as a look; each photo is asked for by itself."""
        return ("health",) * self.health + ("contact",) * self.contact

    @property
    def has_asked(self) -> bool:
        """The clinic's one question is used."""
        return any(said.is_question for said in self.said)


def own_lead() -> Lead:
    """The clinic's lead of this page, as its policy found it."""
    lead: Lead = g.lead
    return lead


def hold_still(lead: Lead) -> None:
    """Whoever stops the clinic or revokes a consent comes before this look, or after it."""
    may_read(lead)
    lock(lead)


def reads(lead: Lead, purpose: Purpose) -> bool:
    """Whether the health answers, or the photos, are open to the clinic now."""
    return lead.state in READING and may_read(lead) and bool(shared([lead], purpose))


def sight_of(lead: Lead) -> Sight:
    """Opens no more than may be read."""
    if not may_read(lead):
        return _contact_kept(lead)
    if lead.state not in READING:
        return Sight(NOTHING, health=False, contact=False, said=())
    health, sees_photos = reads(lead, Purpose.HEALTH), reads(lead, Purpose.PHOTOS)
    return Sight(
        answers(lead.request) if health else without_health(lead.request),
        health=health,
        contact=lead.state == LeadState.WON,
        said=tuple(messages(lead)),
        photos=tuple(photos_of(lead.request)) if sees_photos else (),
        sees_photos=sees_photos,
    )


def _contact_kept(lead: Lead) -> Sight:
    """A clinic that may not go on reads nothing; what it has of whoever chose it, it keeps."""
    if lead.state != LeadState.WON:
        return Sight(NOTHING, health=False, contact=False, said=())
    known = answers(lead.request)
    kept = Answers(name=known.name, email=known.email, phone=known.phone)
    return Sight(kept, health=False, contact=True, said=())


def may_ask(lead: Lead, sight: Sight) -> bool:
    """One question, while nothing else was answered and the request is open."""
    return lead.state in AWAITING and lead.request.state == "open" and not sight.has_asked


def record_accesses(lead: Lead, sight: Sight) -> None:
    """The patient can read who looked at what, and their messages are read; HEAD looks at nothing."""
    if request.method == "HEAD":
        return
    open_lead(lead)
    for what in sight.shown:
        record_access(lead, actor=current_user.actor, what=what)
    if sight.said:
        mark_read(lead, author=PATIENT, until=sight.said[-1].at)


def record_accesses_beside_form(lead: Lead, sight: Sight) -> None:
    """A refused form shows all of it again, and its answer is not stored: this is."""
    for what in sight.shown:
        record_access_in_own_transaction(lead, actor=current_user.actor, what=what)
