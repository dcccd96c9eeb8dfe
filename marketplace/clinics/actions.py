"""Moves a listing: clinics submit, pause and close; operators publish, send back, suspend, reinstate."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.clinics import events
from marketplace.clinics.models import CHECK, LISTING, Check, Clinic, ListingDecision
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState, DecisionKind, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import current_actor, record
from marketplace.foundation.database.transactions import BATCH, for_each_locked, lock_rows
from marketplace.foundation.problems import Refused
from marketplace.words.event import joined_codes
from marketplace.words.listing import SEND_BACK_REASONS, SUSPENSION_REASONS

DECISIONS = {"suspend": ListingState.SUSPENDED, "send_back": ListingState.SENT_BACK}


def lock(clinic: Clinic) -> None:
    """Locks the listing's row: of two who decide one comes first."""
    LISTING.lock(clinic)


def may(clinic: Clinic, decision: str) -> bool:
    """Whether the listing's state allows the decision, `suspend` or `send_back`."""
    return LISTING.may(clinic, DECISIONS[decision])


def submit(clinic: Clinic, *, answer: str = "") -> None:
    """Sends a draft to review for its owner.

    One that was sent back needs an answer to what was asked. Raises Refused without it, WrongState from another state.
    """
    LISTING.lock(clinic)
    if clinic.listing_state == ListingState.SENT_BACK:
        if not answer.strip():
            raise Refused("answer_missing", _("Enter what you have changed, or why nothing has to be"), field="answer")
        if clinic.standing_decision is not None:
            clinic.standing_decision.answer = answer
    take_into_review(clinic)


def take_into_review(clinic: Clinic) -> None:
    """Moves a draft, or a listing that was sent back, to review. Raises WrongState from another state."""
    LISTING.move(clinic, ListingState.IN_REVIEW)
    record(events.ListingSubmitted(clinic_id=clinic.id))


def publish(clinic: Clinic) -> None:
    """Publishes a listing from review.

    Raises Refused unless company, licence and people are checked and in date, WrongState from another state.
    """
    LISTING.lock(clinic)
    if clinic.listing_state == ListingState.IN_REVIEW:
        _must_be_checked(clinic)
    _move_from(clinic, ListingState.IN_REVIEW)
    _end_decision(clinic)
    record(events.ListingPublished(clinic_id=clinic.id))


def send_back(clinic: Clinic, *, reasons: Sequence[str], statement: str) -> None:
    """Sends a listing back to the clinic, with reasons of the list and a statement on what to mend.

    Raises Refused without either, WrongState unless it is in review.
    """
    _must_be_reasoned(reasons, statement, known=SEND_BACK_REASONS.operator)
    LISTING.move(clinic, ListingState.SENT_BACK)
    _decide(clinic, DecisionKind.SENT_BACK, reasons=reasons, statement=statement)
    record(events.ListingSentBack(clinic_id=clinic.id, reason=joined_codes(reasons)))


def pause(clinic: Clinic) -> None:
    """Pauses a published listing: no new requests, those it has stay. Raises WrongState unless it is published."""
    LISTING.move(clinic, ListingState.PAUSED)
    record(events.ListingPaused(clinic_id=clinic.id))


def resume(clinic: Clinic) -> None:
    """Publishes a paused listing again. Raises WrongState unless paused, Refused when a required check has expired."""
    LISTING.lock(clinic)
    if clinic.listing_state == ListingState.PAUSED:
        _must_be_checked(clinic)
    _move_from(clinic, ListingState.PAUSED)
    record(events.ListingResumed(clinic_id=clinic.id))


def suspend_listing(clinic: Clinic, *, reasons: Sequence[str], statement: str) -> None:
    """Suspends a listing at once, with reasons of the list and a statement that the clinic can read and appeal.

    Raises Refused without either, WrongState from a state that allows no suspension.
    """
    _must_be_reasoned(reasons, statement, known=SUSPENSION_REASONS.operator)
    LISTING.move(clinic, ListingState.SUSPENDED)
    _decide(clinic, DecisionKind.SUSPENDED, reasons=reasons, statement=statement)
    record(events.ListingSuspended(clinic_id=clinic.id, reason=joined_codes(reasons)))


def reinstate_listing(clinic: Clinic) -> None:
    """Publishes a suspended listing again, held to the same checks as a new one.

    Raises Refused where one is not in date, WrongState unless it was suspended.
    """
    LISTING.lock(clinic)
    if clinic.listing_state == ListingState.SUSPENDED:
        _must_be_checked(clinic)
    _move_from(clinic, ListingState.SUSPENDED)
    _end_decision(clinic)
    record(events.ListingReinstated(clinic_id=clinic.id))


def close_listing(clinic: Clinic) -> None:
    """Closes a listing for good. Raises WrongState where it is closed already."""
    LISTING.move(clinic, ListingState.CLOSED)
    record(events.ListingClosed(clinic_id=clinic.id))


def expire_checks_due(now: datetime) -> int:
    """Expires checks on the day after their last one (UTC) and returns how many; such a clinic gets no new request."""

    def expire(check: Check) -> None:
        CHECK.move(check, CheckState.EXPIRED)
        record(events.CheckExpired(clinic_id=check.clinic_id, reason=check.kind))

    due = (
        select(Check).where(Check.state == CheckState.PASSED, Check.expires_on < now.date()).order_by(Check.expires_on)
    )
    # Each writes its clinic's summary row: the clinics are locked before the checks.
    clinics = set(db.session.scalars(due.with_only_columns(Check.clinic_id).limit(BATCH)))
    lock_rows(Clinic, clinics)
    return for_each_locked(due.where(Check.clinic_id.in_(clinics)), expire)


def missing_checks(clinic: Clinic) -> list[str]:
    """Returns the kinds of required checks that are not passed or not in date."""
    query = select(Check.kind).where(Check.clinic_id == clinic.id, Check.in_date(clock.today()))
    in_date = set(db.session.scalars(query))
    return [kind for kind in REQUIRED_CHECKS if kind not in in_date]


def _must_be_checked(clinic: Clinic) -> None:
    if missing_checks(clinic):
        raise Refused(
            "checks_not_passed",
            _("Company, licence and people must be checked and in date before the listing goes live"),
        )


def _must_be_reasoned(reasons: Sequence[str], statement: str, *, known: Mapping[str, object]) -> None:
    if not reasons or not set(reasons) <= known.keys():
        raise Refused("reason_missing", _("Select at least one reason"), field="reason")
    if not statement.strip():
        raise Refused("statement_missing", _("Enter what the clinic should know"), field="statement")


def _move_from(clinic: Clinic, source: ListingState) -> None:
    """Publishing has three sources, each with a verb of its own."""
    target = ListingState.PUBLISHED if clinic.listing_state == source else clinic.listing_state
    LISTING.move(clinic, target)


def _decide(clinic: Clinic, kind: DecisionKind, *, reasons: Sequence[str], statement: str) -> None:
    """Stores the decision; one that stood before ends."""
    _end_decision(clinic)
    made = {"decided_by": current_actor(), "decided_at": clock.now()}
    clinic.decisions.append(ListingDecision(kind=kind, reasons=list(reasons), statement=statement, **made))


def _end_decision(clinic: Clinic) -> None:
    if clinic.standing_decision is not None:
        clinic.standing_decision.ended_at = clock.now()
