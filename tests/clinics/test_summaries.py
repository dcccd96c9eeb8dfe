"""Summary rows: kept by whatever changes a clinic, and always what a rebuild from nothing makes."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from threading import Thread

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from marketplace.clinics import actions, checks, summaries
from marketplace.clinics.models import Clinic, ClinicPerson
from marketplace.clinics.states import CheckState, ListingState
from marketplace.clinics.summaries import ClinicCard, ClinicOffer
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads.routing import answer_probability
from tests.browser import wait_for
from tests.factories import Make, build_clinic
from tests.leads.test_routing import CLINIC

HISTORIES = list(product((0, 1, 4, 5, 6, 20, 97, 1000), (0, 1, 3, 20, 500)))
Rows = dict[str, list[tuple[object, ...]]]


def kept() -> Rows:
    """Every summary row as it stands."""
    db.session.flush()
    tables = ("clinic_card", "clinic_offer")
    return {
        name: [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2"))] for name in tables
    }


def rebuilt() -> Rows:
    """Every summary row as it is made from nothing."""
    summaries.rebuild()
    return kept()


def card(clinic: Clinic) -> ClinicCard | None:
    db.session.flush()
    return db.session.scalar(
        select(ClinicCard).where(ClinicCard.clinic_id == clinic.id).execution_options(populate_existing=True)
    )


@pytest.mark.parametrize("state", list(ListingState))
def test_only_a_published_clinic_has_rows(make_clinic: Make, state: ListingState) -> None:
    clinic = make_clinic(listing_state=state, offers=("facial", "scalp"))
    offers = select(func.count()).where(ClinicOffer.clinic_id == clinic.id)
    expected = state == ListingState.PUBLISHED
    assert ((card(clinic) is not None), db.session.scalar(offers)) == (expected, 2 * expected)


def test_a_price_changed_is_in_the_summary_at_once(make_clinic: Make) -> None:
    clinic = make_clinic(offers=("facial", "scalp"))
    clinic.prices[0].low = clinic.prices[0].low_eur = 4000
    found = card(clinic)
    assert (found.low_eur, found.price_rank, found.prices["facial"]) == (4000, 4000, [4000, 18000])
    lowest = select(ClinicOffer.procedure_id).where(ClinicOffer.is_lowest)
    assert db.session.scalars(lowest).all() == [clinic.prices[0].procedure_id]


def test_the_required_checks_hold_until_the_first_of_them_ends(make_clinic: Make) -> None:
    clinic = make_clinic()
    first = clock.today() + timedelta(days=9)
    checks.check_of(clinic, "licence").expires_on = first
    assert (card(clinic).required_until, card(clinic).checks) == (first, 6)
    checks.revoke_check(checks.check_of(clinic, "company"))
    assert (card(clinic).required_until, card(clinic).checks) == (None, 5)


def test_a_check_that_ends_is_taken_off_by_its_timer(make_clinic: Make) -> None:
    clinic = make_clinic()
    assert card(clinic).checks == 6
    with clock.set_to(clock.now() + timedelta(days=400)):
        actions.expire_checks_due(clock.now())
    assert (card(clinic).checks, card(clinic).required_until) == (0, None)


@pytest.mark.parametrize(("sent", "answered"), HISTORIES)
def test_the_weight_of_an_offer_is_the_chance_of_an_answer(db_session: object, sent: int, answered: int) -> None:
    chance = Fraction(answer_probability(replace(CLINIC, leads_sent=sent, leads_answered=answered))).limit_denominator(
        10**6
    )
    assert abs(db.session.scalar(select(func.answer_weight(sent, answered))) - 20 * chance) <= Fraction(1, 2)


def test_what_a_lead_changes_is_in_the_weight(make_clinic: Make) -> None:
    clinic = make_clinic(leads_sent=5, leads_answered=5)
    weight = select(ClinicOffer.answer_weight)
    before = db.session.scalar(weight)
    clinic.leads_sent = Clinic.leads_sent + 5
    db.session.flush()
    assert db.session.scalar(weight) < before
    assert kept() == rebuilt()


def _pass(clinic: Clinic) -> None:
    check = random.choice(clinic.checks)
    if check.state != CheckState.PASSED:
        checks.decide(
            check, verdict="pass", evidence="e", source="s", expires_on=checks.latest_expiry(check.kind), checked_by="A"
        )


def _revoke(clinic: Clinic) -> None:
    check = random.choice(clinic.checks)
    if check.state == CheckState.PASSED:
        checks.revoke_check(check)


def _list(clinic: Clinic) -> None:
    moves = {
        ListingState.PUBLISHED: [actions.pause, actions.close_listing, _suspend],
        ListingState.PAUSED: [actions.resume],
        ListingState.SUSPENDED: [actions.reinstate_listing],
    }
    if clinic.listing_state in moves and not actions.missing_checks(clinic):
        random.choice(moves[clinic.listing_state])(clinic)


def _suspend(clinic: Clinic) -> None:
    actions.suspend_listing(clinic, reasons=["patient_report"], statement="Read.")


def _reprice(clinic: Clinic) -> None:
    price = random.choice(clinic.prices)
    price.low = price.low_eur = random.randint(1, 6000)


def _people(clinic: Clinic) -> None:
    clinic.people = [ClinicPerson(position=1, name="Dr Sample", role=random.choice(["doctor", "nurse"]))]


def _answer(clinic: Clinic) -> None:
    clinic.reply_minutes, clinic.leads_sent = random.choice([None, 5, 90]), random.randint(0, 9)


def _drop_a_price(clinic: Clinic) -> None:
    if len(clinic.prices) > 1:
        clinic.prices.pop()


EVENTS: list[Callable[[Clinic], None]] = [_pass, _revoke, _list, _reprice, _people, _answer, _drop_a_price]


@pytest.mark.parametrize("seed", range(5))
def test_after_any_events_the_rows_are_those_of_a_rebuild(make_clinic: Make, seed: int) -> None:
    random.seed(seed)
    clinics = [make_clinic(f"Clinic {n}", offers=("facial", "scalp", "eyes")) for n in range(4)]
    for _ in range(40):
        random.choice(EVENTS)(random.choice(clinics))
        db.session.flush()
    assert kept() == rebuilt()


def test_of_two_changes_at_once_the_second_sees_the_first(own_app: Flask) -> None:
    with own_app.app_context():
        use_role(DatabaseRole.WORKER)
        build_clinic()
        db.session.commit()
        with psycopg.connect(own_app.config["DATABASE_OWNER_URL"]) as first:
            first.execute("UPDATE clinic_price SET low = 4000, low_eur = 4000")
            second = Thread(target=_end_a_check, args=(own_app.config["DATABASE_OWNER_URL"],))
            second.start()
            wait_for(lambda: _waits(first), seconds=10)
        second.join()
        assert [(row.low_eur, row.checks) for row in db.session.scalars(select(ClinicCard))] == [(4000, 5)]


def _end_a_check(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE clinic_check SET state = 'expired', expired_at = now() WHERE kind = 'prices'")


def _waits(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return bool(connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall())


def test_nobody_writes_a_summary_by_hand(make_clinic: Make) -> None:
    make_clinic()
    use_role(DatabaseRole.WORKER)
    with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
        db.session.execute(text("UPDATE clinic_card SET checks = 9"))
