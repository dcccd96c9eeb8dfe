"""Rows by one statement: each kind of value is stored as the model would have stored it."""

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select

from marketplace.clinics.models import Clinic, ClinicLoad
from marketplace.extensions import db
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.row_sets import AT_ONCE, insert_rows
from marketplace.mail.models import Email, EmailState
from tests.factories import Make

NOW = datetime(2026, 11, 2, 9, 30, 1, 250, tzinfo=UTC)
EMAIL = {
    "name": "new_request",
    "audience": "clinic",
    "state": EmailState.WAITING,
    "waiting_at": NOW,
    "subject": "Quote \"A\\B\", 'C'\nand ünder 😀",
    "text_sealed": bytes(range(256)),
}


def test_bytes_moments_codes_and_text_come_back_as_they_were(app: Flask) -> None:
    key = uuid7()
    insert_rows(Email, [{**EMAIL, "id": key}])
    kept = db.session.get_one(Email, key)
    assert {name: getattr(kept, name) for name in EMAIL} == EMAIL
    assert (kept.attempts, kept.locale, kept.sent_at) == (0, "en", None)
    assert kept.created_at.tzinfo is not None


def test_a_clinic_is_the_same_by_either_way(app: Flask, make_clinic: Make) -> None:
    made = make_clinic("Clinic Łąka", products=["Jalupro"], accepts_countries=[])
    given = {column.name: getattr(made, column.name) for column in Clinic.__table__.columns}
    other = {**given, "id": uuid7(), "slug": "another"}
    insert_rows(Clinic, [other])
    kept = db.session.get_one(Clinic, other["id"])
    assert {name: getattr(kept, name) for name in other} == other


def test_as_many_rows_as_wanted(app: Flask, make_clinic: Make) -> None:
    ids = [make_clinic(f"Clinic {n}").id for n in range(3)]
    insert_rows(ClinicLoad, ({"clinic_id": id, **LOAD} for id in ids))
    insert_rows(ClinicLoad, [])
    assert set(db.session.scalars(select(ClinicLoad.clinic_id))) == set(ids)
    assert AT_ONCE > 3


LOAD = {"day": date(2026, 11, 2), "day_taken": 1, "week": date(2026, 11, 2), "week_taken": 2}
