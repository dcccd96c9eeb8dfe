"""Things to test with: each is complete and plain, and says only what the test is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import select

from marketplace.accounts.models import OPERATOR, Account, Role
from marketplace.catalogue.models import Procedure
from marketplace.clinics.invitation_actions import invite
from marketplace.clinics.invitations import PURPOSE, Invitation
from marketplace.clinics.models import Check, Clinic, ClinicPerson, ClinicPrice, ListingDecision, Membership
from marketplace.clinics.states import CheckKind, CheckState, DecisionKind, ListingState, TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.leads.submission import confirm, submit
from marketplace.quote_requests import drafts, photos
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes import drafting, pending
from marketplace.quotes.models import Quote
from marketplace.quotes.prefilling import prefill
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import QuoteTerms
from marketplace.reviews.actions import open_item
from marketplace.reviews.models import ReviewItem, ReviewKind

PASSWORD = "a long enough password 1"
ADDRESS = "ana.private@patient.example"
Make = Callable[..., Any]


def procedure_named(slug: str = "facial") -> Procedure:
    """The content is loaded in every test database."""
    return db.session.scalars(select(Procedure).where(Procedure.slug == slug)).one()


@pytest.fixture
def make_clinic(app: Flask, db_session: object) -> Make:
    """A published clinic in Istanbul, all checks passed, that offers facial mesotherapy at €60 to €180."""
    return build_clinic


def build_clinic(
    name: str = "Clinic Lale", *, offers: tuple[str, ...] = ("facial",), low: int = 6000, **changes: Any
) -> Clinic:
    """The same without a fixture, for tests on a database of their own."""
    slug = changes.pop("slug", f"{name.lower().replace(' ', '-')}-{uuid4().hex[:6]}")
    state = changes.pop("listing_state", ListingState.PUBLISHED)
    expired, decision = changes.pop("expired", ()), changes.pop("decision", None)
    clinic = Clinic(
        **{
            "slug": slug,
            "name": name,
            "country": "TR",
            "city": "Istanbul",
            "address": "Sample Street 12",
            "website": None,
            "email": f"desk@{slug}.sample.example",
            "timezone": "Europe/Istanbul",
            "languages": ["tr", "en"],
            "currency": "EUR",
            "summary": "A clinic for tests.",
            "hours": {"mon-sun": "00:00-23:59"},
            "products": ["NCTF 135 HA"],
            "accepts_countries": [],
            "target_reply_hours": 24,
            "daily_capacity": 10,
            "weekly_capacity": 40,
            "search_text": f"{name} istanbul".lower(),
            "listing_state": state,
            f"{state}_at": clock.now(),
            **changes,
        }
    )
    clinic.people = [ClinicPerson(position=1, name="Dr Ayşe Sample", role="dermatologist", register_number="SAMPLE-1")]
    clinic.checks = [_check(kind, position, kind in expired) for position, kind in enumerate(CheckKind)]
    clinic.prices = [_price(slug_, low, clinic.currency) for slug_ in offers]
    if decision or state == ListingState.SUSPENDED:
        clinic.decisions = [_decision(state, **(decision or {}))]
    db.session.add(clinic)
    db.session.flush()
    return clinic


def _decision(
    state: ListingState, *, reasons: tuple[str, ...] = ("patient_report",), statement: str = ""
) -> ListingDecision:
    kind = DecisionKind.SUSPENDED if state == ListingState.SUSPENDED else DecisionKind.SENT_BACK
    made = {"decided_by": "operator:test", "decided_at": clock.now()}
    return ListingDecision(kind=kind, reasons=list(reasons), statement=statement, **made)


def _check(kind: CheckKind, position: int, expired: bool) -> Check:
    state = CheckState.EXPIRED if expired else CheckState.PASSED
    now = clock.now()
    return Check(
        kind=kind,
        position=position,
        state=state,
        passed_at=now - timedelta(days=30),
        expired_at=now if expired else None,
        expires_on=(now + timedelta(days=-1 if expired else 300)).date(),
        evidence="Register extract",
        source="Public register",
        checked_by="Operator A.B.",
    )


def _price(procedure: str, low: int, currency: str) -> ClinicPrice:
    return ClinicPrice(
        procedure_id=procedure_named(procedure).id,
        low=low,
        high=low * 3,
        currency=currency,
        low_eur=low,
        listed_on=clock.today(),
    )


@pytest.fixture
def make_draft(app: Flask, db_session: object) -> Make:
    """A draft with every answer, for the clinics given."""
    return build_draft


def build_draft(*clinics: Clinic, email: str = "ana@patient.example", **changes: Any) -> QuoteRequest:
    """The same without a fixture."""
    request = drafts.start()
    drafts.answer_treatment(request, procedure_slug=changes.get("procedure", "facial"), concern=None)
    drafts.answer_where(
        request, home_country=changes.get("home_country", "GB"), destinations=changes.get("destinations", [])
    )
    drafts.answer_when(request, timing="quarter", month_from=None, month_to=None)
    drafts.answer_coded_choices(request, {"trips": changes.get("trips", "2")})
    drafts.answer_budget(request, amount=None, currency=None, scope=None, share=False)
    drafts.answer_health(request, conditions=changes.get("conditions", ["none"]), details=changes.get("details", ""))
    drafts.answer_you(
        request,
        name=changes.get("name", "Ana"),
        email=email,
        phone=changes.get("phone", ""),
        languages=changes.get("languages", ["en"]),
        questions=changes.get("questions", []),
    )
    for n in range(changes.get("photos", 0)):
        photos.add(request, b"photo %d" % n)
    drafts.answer_clinics(request, clinics=list(clinics), wait=not clinics)
    return request


@pytest.fixture
def make_request(app: Flask, db_session: object) -> Make:
    """An open request at the clinics given (one new clinic when none is)."""
    return build_request


def build_request(*clinics: Clinic, share_health: bool = True, **changes: Any) -> QuoteRequest:
    """The same without a fixture."""
    request = build_draft(*(clinics or (build_clinic(),)), **changes)
    submit(request, share_health=share_health, aftercare=False)
    confirm(request)
    return request


@pytest.fixture
def make_lead(app: Flask, db_session: object) -> Make:
    """A new lead; `same_request=lead` puts another clinic beside it."""
    return build_lead


def build_lead(clinic: Clinic | None = None, **changes: Any) -> Lead:
    """The same without a fixture."""
    clinic = clinic or build_clinic()
    request = build_request(clinic, **changes)
    return db.session.scalars(select(Lead).where(Lead.request_id == request.id)).one()


@pytest.fixture
def make_quote(app: Flask, db_session: object) -> Make:
    """A sent quote of €480 for four sessions."""
    return build_quote


def terms(lead: Lead, **changes: Any) -> QuoteTerms:
    """What the clinic's price list suggests, with the changes the test is about."""
    base = prefill(lead)
    four = {"sessions": 4, "price_per_session": 12000, "discount": 0, "total": 48000}
    return replace(base, **{**four, "valid_until": clock.today() + timedelta(days=30), **changes})


def build_quote(lead: Lead | None = None, *, released: bool = True, **changes: Any) -> Quote:
    """The same without a fixture."""
    lead, given = (
        lead or build_lead(),
        {name: changes.pop(name) for name in ("keep_plan", "confirmed") if name in changes},
    )
    quote = drafting.submit_quote(lead, terms(lead, **changes), **given)
    if released:
        pending.release(quote)
    return quote


@pytest.fixture
def make_account(app: Flask, db_session: object) -> Make:
    """Someone who signs in with PASSWORD."""
    return build_account


def build_account(email: str = "someone@clinic.example", *, name: str = "Someone", operator: bool = False) -> Account:
    """The same without a fixture."""
    account = Account(
        email=email,
        name=name,
        password=hash_password(PASSWORD),
        active=True,
        fs_uniquifier=uuid4().hex,
        confirmed_at=clock.now(),
    )
    if operator:
        role = db.session.scalar(select(Role).where(Role.name == OPERATOR)) or Role(name=OPERATOR)
        account.roles = [role]
    db.session.add(account)
    db.session.flush()
    return account


@pytest.fixture
def make_operator(make_account: Make) -> Make:
    """A member of the marketplace's staff."""
    return lambda email="op@meridian.example", **changes: build_account(email, operator=True, **changes)


@pytest.fixture
def make_member(app: Flask, db_session: object) -> Make:
    """A member of a clinic's team."""
    return build_member


def build_member(clinic: Clinic, *, email: str = "ayse@clinic.example", role: TeamRole = TeamRole.OWNER) -> Account:
    """The same without a fixture."""
    account = build_account(email, name=email.split("@", maxsplit=1)[0].title())
    db.session.add(Membership(clinic_id=clinic.id, account_id=account.id, role=role))
    db.session.flush()
    return account


@pytest.fixture
def make_invitation(app: Flask, db_session: object) -> Make:
    """An open invitation into a clinic's team, by a new owner of it where none is given."""
    return build_invitation


def build_invitation(
    clinic: Clinic, *, email: str = "ben@clinic.example", role: TeamRole = TeamRole.MEMBER, by: Account | None = None
) -> Invitation:
    """The same without a fixture."""
    owner = by or build_member(clinic, email=f"inviter-{uuid4().hex[:6]}@clinic.example")
    return invite(clinic, email=email, role=role, by=owner.id)


@pytest.fixture
def make_review_item(app: Flask, db_session: object) -> Make:
    """Something an operator is to look at, about a new clinic where none is given."""
    return build_review_item


def build_review_item(
    clinic: Clinic | None = None, *, kind: ReviewKind = ReviewKind.PRICE_OUTSIDE_RANGE, **given: Any
) -> ReviewItem:
    """The same without a fixture."""
    subject = given.pop("subject_id", uuid4())
    open_item(kind, subject_id=subject, clinic_id=(clinic or build_clinic()).id, **given)
    query = select(ReviewItem).where(ReviewItem.kind == kind, ReviewItem.subject_id == subject)
    return db.session.scalars(query.order_by(ReviewItem.id.desc()).limit(1)).one()


def link_to(invitation: Invitation) -> SignedLink:
    """As the sending job makes it."""
    lifetime = invitation.expires_at - clock.now()
    return signed_links.issue(PURPOSE, subject_id=invitation.id, lifetime=lifetime)


@pytest.fixture
def sign_in(client: Any) -> Callable[[Account], Any]:
    """Signs the client in by the form and gives it back."""

    def signed_in(account: Account, browser: Any = None) -> Any:
        browser = browser or client
        answer = browser.post("/account/login", data={"email": account.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code
        return browser

    return signed_in


def stored_request(state: RequestState = RequestState.OPEN, **changes: Any) -> QuoteRequest:
    """A request stored in that state, without the events and emails that lead there."""
    request = build_draft(email=changes.pop("email", ADDRESS))
    with db.session.no_autoflush:
        setattr(request, f"{state}_at", clock.now())
        request.state = state
    for name, value in changes.items():
        setattr(request, name, value)
    db.session.flush()
    return request


def stored_lead(
    request: QuoteRequest | None = None,
    clinic: Clinic | None = None,
    *,
    state: LeadState = LeadState.NEW,
    **changes: Any,
) -> Lead:
    """A lead stored in that state with the consent it needs, without events and emails."""
    request, clinic, now = request or stored_request(), clinic or build_clinic(), clock.now()
    said = {"purpose": "request", "act": "given", "number": 1, "text": "Send it to this clinic", "version": "1"}
    db.session.add(Consent(request_id=request.id, clinic_id=clinic.id, at=now, **said))
    db.session.flush()
    values = {"due_at": now + timedelta(hours=48), "new_at": now, f"{state}_at": now, **changes}
    lead = Lead(request=request, clinic=clinic, state=state, **values)
    db.session.add(lead)
    db.session.flush()
    return lead


def stored_quote(lead: Lead | None = None, *, number: int = 1, **changes: Any) -> Quote:
    """A sent quote stored without events: nobody was notified of it."""
    lead, now = lead or stored_lead(state=LeadState.QUOTED), clock.now()
    plain = {
        "procedure_id": procedure_named().id,
        "sessions": 4,
        "price_per_session": 12000,
        "total": 48000,
        "currency": "EUR",
        "product": "NCTF 135 HA",
        "practitioner_role": "doctor",
        "trips": 2,
        "nights_per_trip": 1,
        "deposit": 0,
        "valid_until": clock.today() + timedelta(days=30),
        "state": QuoteState.SENT,
        "sent_at": now,
        "held_until": now,
    }
    quote = Quote(lead=lead, request_id=lead.request_id, number=number, **(plain | changes))
    db.session.add(quote)
    db.session.flush()
    return quote
