"""Reserves places at clinics: one conditional statement, so that a capacity cannot be exceeded."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock

_FIRST = text(
    "INSERT INTO clinic_load (clinic_id, day, day_taken, week, week_taken) VALUES (:clinic, :day, 0, :week, 0)"
    " ON CONFLICT (clinic_id) DO NOTHING"
)
_TAKE = text("""
    UPDATE clinic_load SET
        day_taken = CASE WHEN clinic_load.day = :day THEN day_taken ELSE 0 END + 1, day = :day,
        week_taken = CASE WHEN clinic_load.week = :week THEN week_taken ELSE 0 END + 1, week = :week
    FROM clinic
    WHERE clinic.id = clinic_load.clinic_id AND clinic.id = :clinic AND clinic.listing_state = 'published'
      AND :required = (
          SELECT count(*) FROM clinic_check WHERE clinic_check.clinic_id = clinic.id AND clinic_check.state = 'passed'
          AND clinic_check.expires_on >= :day AND clinic_check.kind = ANY(:kinds)
      )
      AND CASE WHEN clinic_load.day = :day THEN day_taken ELSE 0 END < clinic.daily_capacity
      AND CASE WHEN clinic_load.week = :week THEN week_taken ELSE 0 END < clinic.weekly_capacity
    RETURNING clinic_load.clinic_id
""")


def reserve_place(clinic_id: UUID) -> bool:
    """Reserves one place of today and of this week and returns whether there was one.

    There is none where the clinic is full or takes no requests, or where a required check has ended since it was asked
    for.
    """
    today = clock.today()
    values = {"clinic": clinic_id, "day": today, "week": today - timedelta(days=today.weekday())}
    kinds = [str(kind) for kind in REQUIRED_CHECKS]
    db.session.execute(_FIRST, values)
    return db.session.execute(_TAKE, {**values, "kinds": kinds, "required": len(kinds)}).scalar() is not None
