"""What of a patient's request this clinic may read at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplace.leads.clocks import may_read
from marketplace.leads.messages import MessageView, messages
from marketplace.leads.queries import shared, shared_purposes
from marketplace.leads.states import AWAITING, READING, LeadState
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import Answers, answers, without_health
from marketplace.quote_requests.states import Purpose

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quote_requests.models import Photo

NOTHING = Answers()


@dataclass(frozen=True)
class VisibleAnswers:
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
        """Which of the sealed answers count as read; each photo is asked for by itself."""
        return ("health",) * self.health + ("contact",) * self.contact

    @property
    def has_asked(self) -> bool:
        """The clinic's one question is used."""
        return any(said.is_question for said in self.said)


def lock_visibility(lead: Lead) -> bool:
    """Locks what decides: whoever stops the clinic or revokes a consent comes before this access, or after it.

    Returns whether the clinic may go on.
    """
    return may_read(lead, locks_lead=True)


def photos_visible(lead: Lead, *, goes_on: bool) -> bool:
    """Whether the photos are open to the clinic, of which `lock_visibility` said whether it may go on."""
    return goes_on and lead.state in READING and bool(shared([lead], Purpose.PHOTOS))


def answers_visible_to(lead: Lead, *, goes_on: bool | None = None) -> VisibleAnswers:
    """The answers that the clinic of the lead may read now; no others are opened.

    `goes_on` is what `lock_visibility` said in this transaction, where it was asked.
    """
    if not (may_read(lead) if goes_on is None else goes_on):
        return _contact_kept(lead)
    if lead.state not in READING:
        return VisibleAnswers(NOTHING, health=False, contact=False, said=())
    purposes = shared_purposes(lead)
    health, sees_photos = Purpose.HEALTH in purposes, Purpose.PHOTOS in purposes
    return VisibleAnswers(
        answers(lead.request) if health else without_health(lead.request),
        health=health,
        contact=lead.state == LeadState.WON,
        said=tuple(messages(lead)),
        photos=tuple(photos_of(lead.request)) if sees_photos else (),
        sees_photos=sees_photos,
    )


def _contact_kept(lead: Lead) -> VisibleAnswers:
    """A clinic that may not go on reads nothing; what it has of whoever chose it, it keeps."""
    if lead.state != LeadState.WON:
        return VisibleAnswers(NOTHING, health=False, contact=False, said=())
    known = answers(lead.request)
    kept = Answers(name=known.name, email=known.email, phone=known.phone)
    return VisibleAnswers(kept, health=False, contact=True, said=())


def may_ask(lead: Lead, visible: VisibleAnswers) -> bool:
    """Whether the clinic may ask its one question: nothing else was answered, and the request is open."""
    return lead.state in AWAITING and lead.request.state == "open" and not visible.has_asked
