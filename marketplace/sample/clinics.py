"""The sample marketplace's clinics, from the file, and the quotes they send: every one of them is invented."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select

from marketplace.aftercare.price_kept import PriceMonth
from marketplace.catalogue import exchange
from marketplace.catalogue.models import Procedure
from marketplace.catalogue.trip_plans import NIGHTS_FOR_ONE
from marketplace.clinics import events
from marketplace.clinics.models import Check, Clinic, ClinicPerson, ClinicPrice, ListingDecision
from marketplace.clinics.states import CheckKind, DecisionKind, ListingState
from marketplace.clinics.text_search import search_text
from marketplace.clinics.track_records import track_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import acting_as, record
from marketplace.foundation.values.amounts import Source, read_amount
from marketplace.leads.models import Lead
from marketplace.quotes import drafting, pending
from marketplace.quotes.models import Quote
from marketplace.quotes.prefilling import prefill
from marketplace.words.event import joined_codes

FILE = Path(__file__).parent / "clinics.yaml"
CHECKED_BY = "Operator S.O."
LISTED, REVIEWED, LIVE = timedelta(days=120), timedelta(days=112), timedelta(days=108)
LATEST = timedelta(days=9)
NEW_HERE = 5  # every fifth clinic has no history yet

# How a listing got where it is: the states it went through, with the event of each.
PATHS: dict[str, tuple[tuple[ListingState, type[events.ListingSubmitted] | Any, timedelta], ...]] = {
    "in_review": ((ListingState.IN_REVIEW, events.ListingSubmitted, LATEST),),
    "sent_back": (
        (ListingState.IN_REVIEW, events.ListingSubmitted, REVIEWED),
        (ListingState.SENT_BACK, events.ListingSentBack, LATEST),
    ),
    "published": (
        (ListingState.IN_REVIEW, events.ListingSubmitted, REVIEWED),
        (ListingState.PUBLISHED, events.ListingPublished, LIVE),
    ),
}
PATHS["paused"] = (*PATHS["published"], (ListingState.PAUSED, events.ListingPaused, LATEST))
PATHS["suspended"] = (*PATHS["published"], (ListingState.SUSPENDED, events.ListingSuspended, LATEST))


def load_clinics(*, operator_id: UUID) -> list[tuple[Clinic, dict[str, Any]]]:
    """The clinics with the rows they came from, each with its listing's history."""
    procedures = {slug: key for slug, key in db.session.execute(select(Procedure.slug, Procedure.id))}
    rows: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    made = [(_clinic(row, procedures), row) for row in rows]
    db.session.add_all(clinic for clinic, _row in made)
    db.session.flush()
    for clinic, row in made:
        _play_listing(clinic, row, operator_id=operator_id)
    return made


def _clinic(row: dict[str, Any], procedures: dict[str, UUID]) -> Clinic:
    own = (
        "slug",
        "name",
        "country",
        "city",
        "address",
        "timezone",
        "email",
        "website",
        "languages",
        "currency",
    )
    more = (
        "summary",
        "founded_year",
        "daily_capacity",
        "weekly_capacity",
        "accepts_countries",
        "target_reply_hours",
    )
    clinic = Clinic(**{name: row[name] for name in (*own, *more, "hours", "products")}, is_sample=True)
    clinic.search_text = search_text(name=clinic.name, city=clinic.city, summary=clinic.summary)
    clinic.created_at = clock.now() - LISTED
    clinic.listing_state = ListingState.DRAFT
    clinic.draft_at = clinic.created_at
    clinic.people = [ClinicPerson(position=n, **person) for n, person in enumerate(row["people"], start=1)]
    clinic.checks = list(_checks(row))
    clinic.prices = [_price(price, row["currency"], procedures) for price in row["prices"]]
    return clinic


def _checks(row: dict[str, Any]) -> Iterator[Check]:
    for given in row["checks"]:
        passed_ago = timedelta(days=given.get("passed_days_ago", 10))
        passed_at = clock.now() - passed_ago
        check = Check(
            kind=given["kind"],
            position=list(CheckKind).index(CheckKind(given["kind"])) + 1,
            state=given["state"],
            missing_at=clock.now() - LISTED,
            evidence=given["evidence"],
            source=given["source"],
        )
        if given["state"] != "missing":
            check.submitted_at = passed_at - timedelta(days=1)
        if given["state"] in {"passed", "expired", "revoked"}:
            check.passed_at, check.checked_by = passed_at, CHECKED_BY
            check.expires_on = clock.today() + timedelta(days=given.get("valid_days", 165))
        if given["state"] in {"expired", "revoked", "refused"}:
            setattr(check, f"{given['state']}_at", _ended_at(given))
        yield check


def _ended_at(given: dict[str, Any]) -> datetime:
    """A check expires the day after its last; one is revoked or refused with the listing's last move."""
    if given["state"] == "expired":
        return clock.now() + timedelta(days=given["valid_days"] + 1)
    return clock.now() - LATEST


def _price(given: dict[str, Any], currency: str, procedures: dict[str, UUID]) -> ClinicPrice:
    low = _minor(given["low"], currency)
    package = given.get("package_price")
    return ClinicPrice(
        procedure_id=procedures[given["procedure"]],
        low=low,
        high=_minor(given["high"], currency),
        currency=currency,
        package_sessions=given.get("package_sessions"),
        package_price=_minor(package, currency) if package is not None else None,
        low_eur=exchange.convert(low, currency, "EUR").minor,
        listed_on=clock.today() - timedelta(days=30),
    )


def _minor(amount: float, currency: str) -> int:
    return read_amount(str(amount), currency, source=Source.FILE)


def _play_listing(clinic: Clinic, row: dict[str, Any], *, operator_id: UUID) -> None:
    """Moves a listing straight to its state, with every moment and event on the way."""
    decided = {str(kind) for kind in DecisionKind}
    for state, event, ago in PATHS.get(row["listing_state"], ()):
        moment = clock.now() - ago
        with db.session.no_autoflush:
            setattr(clinic, f"{state}_at", moment)
            clinic.listing_state = state
        by_clinic = state in {ListingState.IN_REVIEW, ListingState.PAUSED}
        actor = "clinic" if by_clinic else f"operator:{operator_id}"
        decision = row.get("decision") if state in decided else None
        if decision:
            kind = DecisionKind(state)
            clinic.decisions.append(ListingDecision(kind=kind, decided_by=actor, decided_at=moment, **decision))
        with clock.set_to(moment), acting_as(actor):
            record(event(clinic_id=clinic.id, reason=joined_codes(decision["reasons"]) if decision else None))


def give_history(clinic: Clinic, *, position: int) -> None:
    """Requests of earlier months, plausible and always the same; some clinics are new here."""
    if clinic.published_at is None or position % NEW_HERE == NEW_HERE - 1:
        return
    digest = hashlib.sha256(clinic.slug.encode()).digest()
    clinic.leads_sent = 8 + digest[0] % 40
    clinic.leads_answered = round(clinic.leads_sent * (0.62 + (digest[1] % 36) / 100))
    clinic.reply_minutes = 50 + digest[2] * 6
    kept = track_record(clinic.id)
    kept.problems = 2 + digest[3] % 9
    kept.problems_answered = kept.problems - digest[4] % 2
    kept.problem_minutes = 120 + digest[5] * 5
    kept.prices_kept, kept.prices_raised = 4 + digest[6] % 12, digest[7] % 3
    told = {"kept": kept.prices_kept, "raised": kept.prices_raised, "not_gone": 0}
    db.session.add(PriceMonth(clinic_id=clinic.id, month=clock.today().replace(day=1), **told))


STAY = (
    ("hotel", "transfer", "numbing"),
    ("numbing", "follow_up"),
    ("interpreter", "aftercare_kit", "follow_up"),
)


def _included(nights: int, *, position: int) -> tuple[str, ...]:
    """Returns what the price includes; the hotel only of short trips, as no price pays for weeks of nights."""
    is_short = nights == NIGHTS_FOR_ONE
    return tuple(item for item in STAY[position % len(STAY)] if item != "hotel" or is_short)


def send_quote(lead: Lead, *, position: int) -> Quote:
    """Sends a quote that counts as released and mailed: nothing is left for a timer."""
    base = prefill(lead)
    per_session = base.price_per_session or 10_000
    sessions = base.sessions or 4
    discount = per_session // 2 if position == 1 else 0
    total = sessions * per_session - discount
    terms = replace(
        base,
        sessions=sessions,
        price_per_session=per_session,
        discount=discount,
        total=total,
        deposit=0 if position == 2 else total // 10,
        included=_included(base.nights_per_trip, position=position),
        valid_until=(clock.now() + timedelta(days=30 + 15 * position)).date(),
    )
    quote = drafting.submit_quote(lead, terms)
    pending.release(quote)
    quote.mailed_at = lead.request.quotes_mailed_at = clock.now()
    return quote
