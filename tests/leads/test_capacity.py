"""The last place is taken once, however many ask for it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.capacity import reserve_places
from tests.factories import Make, build_clinic


def test_places_end(make_clinic: Make) -> None:
    clinic = make_clinic(daily_capacity=2)
    assert [bool(reserve_places([clinic.id])) for _ in range(3)] == [True, True, False]


def test_the_week_ends_too(make_clinic: Make) -> None:
    clinic = make_clinic(daily_capacity=5, weekly_capacity=1)
    assert [bool(reserve_places([clinic.id])) for _ in range(2)] == [True, False]


def test_a_new_day_has_new_places(make_clinic: Make) -> None:
    clinic = make_clinic(daily_capacity=1)
    assert reserve_places([clinic.id])
    with clock.set_to(clock.now() + timedelta(days=1)):
        assert reserve_places([clinic.id])


def test_a_paused_clinic_takes_none(make_clinic: Make) -> None:
    assert not reserve_places([make_clinic(listing_state=ListingState.PAUSED).id])


def test_sixteen_at_once_take_exactly_five(own_app: Flask) -> None:
    with own_app.app_context():
        clinic_id = build_clinic(daily_capacity=5).id
        db.session.commit()

    def one(_: int) -> bool:
        with own_app.app_context():
            taken = bool(reserve_places([clinic_id]))
            db.session.commit()
            return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 5
