"""Takes places at clinics: so many requests a day and a week, whoever asks at the same moment."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Integer, case, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from marketplace.clinics.checks import has_required_checks
from marketplace.clinics.models import Clinic, ClinicLoad
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock

# The capacities of the clinic whose row of load there is already.
_A_DAY = "(SELECT own.daily_capacity FROM clinic AS own WHERE own.id = clinic_load.clinic_id)"
_A_WEEK = "(SELECT own.weekly_capacity FROM clinic AS own WHERE own.id = clinic_load.clinic_id)"


def reserve_places(clinic_ids: Collection[UUID]) -> set[UUID]:
    """Reserves one place of today and of this week at each clinic that has one, and returns which have.

    There is none where a clinic is full or takes no requests, or where a required check has ended since it was asked
    for. What was sent to a clinic is counted by the same statement.
    """
    if not clinic_ids:
        return set()
    taken = _taking_one(clinic_ids, today=clock.today()).cte("taken")
    sent = update(Clinic).where(Clinic.id == taken.c.clinic_id).values(leads_sent=Clinic.leads_sent + 1)
    query = select(taken.c.clinic_id).add_cte(sent.cte("sent"))
    return set(db.session.scalars(query))


def _taking_one(clinic_ids: Collection[UUID], *, today: date) -> ReturningInsert[UUID]:
    week = today - timedelta(days=today.weekday())
    of_day = case((ClinicLoad.day == today, ClinicLoad.day_taken), else_=0)
    of_week = case((ClinicLoad.week == week, ClinicLoad.week_taken), else_=0)
    first = select(Clinic.id, literal(today), literal(1), literal(week), literal(1)).where(
        Clinic.id.in_(clinic_ids),
        Clinic.listing_state == ListingState.PUBLISHED,
        has_required_checks(today),
        Clinic.daily_capacity > 0,
        Clinic.weekly_capacity > 0,
    )
    columns = ["clinic_id", "day", "day_taken", "week", "week_taken"]
    place = insert(ClinicLoad).from_select(columns, first.order_by(Clinic.id))
    is_free = (of_day < literal_column(_A_DAY, Integer)) & (of_week < literal_column(_A_WEEK, Integer))
    place = place.on_conflict_do_update(
        index_elements=[ClinicLoad.clinic_id],
        set_={"day": today, "day_taken": of_day + 1, "week": week, "week_taken": of_week + 1},
        where=is_free,
    )
    return place.returning(ClinicLoad.clinic_id)
