"""Random small markets by the site's own rows, and great ones of summary rows alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from marketplace.clinics.models import Clinic, ClinicLoad
from marketplace.clinics.states import REQUIRED_CHECKS, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import build_clinic, build_draft, procedure_named

COUNTRIES, LANGUAGES, HOMES, PROCEDURES = ("TR", "PL"), ("en", "tr", "pl"), ("GB", "DE"), ("facial", "scalp")
SESSION_EUR = 6000
STATES = [ListingState.PUBLISHED] * 4 + [ListingState.PAUSED, ListingState.SUSPENDED]


def some(values: tuple[str, ...], *, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=least)


@dataclass(frozen=True)
class Taken:
    """What a clinic took, on this day or another, in this week or another."""

    of_day: int
    of_week: int
    is_today: bool
    is_this_week: bool

    def store(self, clinic: Clinic) -> None:
        today = clock.today()
        week = today - timedelta(days=today.weekday())
        day = today if self.is_today else today - timedelta(days=1)
        week = week if self.is_this_week else week - timedelta(days=7)
        load = {"day": day, "day_taken": self.of_day, "week": week, "week_taken": self.of_week}
        db.session.add(ClinicLoad(clinic_id=clinic.id, **load))


random_clinics = st.lists(
    st.fixed_dictionaries(
        {
            "country": st.sampled_from(COUNTRIES),
            "listing_state": st.sampled_from(STATES),
            "expired": st.sampled_from([(), (), (), (REQUIRED_CHECKS[1],)]),
            "offers": some(PROCEDURES).map(tuple),
            "languages": some(LANGUAGES, least=1),
            "accepts_countries": st.just([]) | some(HOMES),
            "low": st.sampled_from([SESSION_EUR - 1, SESSION_EUR, SESSION_EUR + 1]),
            "leads_sent": st.integers(0, 9),
            "leads_answered": st.integers(0, 9),
            "daily_capacity": st.integers(0, 3),
            "weekly_capacity": st.integers(0, 5),
            "taken": st.none() | st.builds(Taken, st.integers(0, 3), st.integers(0, 5), st.booleans(), st.booleans()),
        }
    ),
    max_size=5,
)
random_wishes = st.fixed_dictionaries(
    {
        "procedure": st.none() | st.sampled_from(PROCEDURES),
        "home_country": st.sampled_from(HOMES),
        "destinations": some(COUNTRIES),
        "languages": some(LANGUAGES, least=1),
        "sessions_for": st.none() | st.just(SESSION_EUR),
    }
)


@contextmanager
def undone() -> Iterator[None]:
    """What the block does is undone, also where it fails."""
    outer = db.session.begin_nested()
    try:
        yield
    finally:
        outer.rollback()
        db.session.expire_all()


def make_market(clinics: list[dict[str, Any]]) -> list[Clinic]:
    """Makes the clinics with what each took."""
    made = []
    for number, given in enumerate(clinics):
        taken = given["taken"]
        clinic = build_clinic(f"Clinic {number}", **{name: value for name, value in given.items() if name != "taken"})
        if taken:
            taken.store(clinic)
        made.append(clinic)
    db.session.flush()
    return made


def make_wish(wish: dict[str, Any]) -> QuoteRequest:
    """Makes the draft; its budget is for so many euro cents a session, and a cent more."""
    each = wish["sessions_for"]
    request = build_draft(**{name: value for name, value in wish.items() if name != "sessions_for"})
    if each is not None:
        sessions = (request.procedure or procedure_named()).facts["sessions"][0]
        request.budget_amount, request.budget_currency, request.share_budget = each * sessions + 1, "EUR", True
    db.session.flush()
    return request


OFFERS = """
INSERT INTO clinic_offer (clinic_id, procedure_id, treatment_id, is_lowest, low, high, currency, low_eur, country,
    languages, accepts_countries, checks, required_until, reply_minutes, answer_weight, leads_sent, leads_answered,
    daily_capacity, weekly_capacity, checks_rank, reply_rank, price_rank, shuffle)
SELECT key, procedure.id, treatment_id, procedure.slug = 'facial', 6000, 9000, 'EUR', 6000 + n % 100, country,
    ARRAY['en', (ARRAY['tr', 'pl', 'cs'])[1 + n % 3]], '{}', 6, current_date + 90, 600,
    answer_weight(sent, answered), sent, answered, 10, 40, 1, 600, 6000,
    ('x' || left(md5(n::text), 16))::bit(64)::bigint
FROM generate_series(1, :count) AS n, procedure,
    LATERAL (SELECT md5(n || 'clinic')::uuid AS key, (ARRAY['TR', 'PL', 'CZ', 'TH'])[1 + n % 4] AS country) AS clinic,
    LATERAL (SELECT CASE WHEN n <= :equal THEN 96 ELSE 8 + n % 40 END AS sent) AS history,
    LATERAL (SELECT CASE WHEN n <= :equal THEN 96 ELSE sent / 2 END AS answered) AS answers
WHERE procedure.slug IN ('facial', 'scalp')
"""
CARDS = """
INSERT INTO clinic_card (clinic_id, slug, name, country, city, languages, roles, currency, is_sample, checks, checks_of,
    passed_until, required_until, prices, search_text, checks_rank, reply_rank, price_rank, shuffle)
SELECT clinic_id, clinic_id, 'Clinic', country, 'City', languages, '{}', 'EUR', false, 6, 6,
    '{}', required_until, '{}', '', checks_rank, reply_rank, price_rank, shuffle
FROM clinic_offer WHERE is_lowest
"""


LOADS = """
INSERT INTO clinic_load (clinic_id, day, day_taken, week, week_taken)
SELECT md5(n || 'clinic')::uuid, current_date, n % 5, date_trunc('week', current_date)::date, n % 20
FROM generate_series(:equal + 1, :count, 3) AS n
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('clinic_offer', 'clinic_card')"


def fill(app: Flask, *, count: int, equal: int) -> None:
    """Fills the summary with so many clinics that have no rows of their own, the first of them equal and the best."""
    owner = create_engine(app.config["DATABASE_OWNER_URL"])
    with owner.begin() as connection:
        indexes = connection.execute(text(f"{INDEXES} AND indexname LIKE 'ix%'")).all()
        for name, _definition in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql("ALTER TABLE clinic_load DROP CONSTRAINT fk_clinic_load_clinic_id")
        for statement in (OFFERS, CARDS, LOADS):
            connection.execute(text(statement), {"count": count, "equal": equal})
        for _name, definition in indexes:
            connection.exec_driver_sql(definition)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE clinic_offer, clinic_card, clinic_load")
    owner.dispose()
