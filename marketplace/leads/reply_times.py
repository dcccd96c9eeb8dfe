"""Computes reply times: the median counts unanswered leads, and is shown from five leads on."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, func, select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState

WINDOW = timedelta(days=90)
SHOWN_FROM = 5


def median_minutes(leads: Sequence[tuple[float, bool]]) -> float | None:
    """Returns the Kaplan-Meier median of (minutes, answered), or None where under half were answered.

    Unanswered leads are censored. Kaplan, Meier: Nonparametric estimation from incomplete observations, JASA 53 (1958).
    """
    waiting, survival = len(leads), 1.0
    for minutes, answered in sorted(leads, key=lambda lead: (lead[0], not lead[1])):
        if answered:
            survival *= 1 - 1 / waiting
            if survival <= 0.5 + 1e-12:
                return minutes
        waiting -= 1
    return None


def refresh(clinic: Clinic) -> None:
    """Stores the clinic's median reply time of the last 90 days in minutes, from five leads on.

    The time in which a clinic could not answer does not count. A sample clinic's invented figure stays until it has its
    own.
    """
    now = clock.now()
    stopped_at = case((Lead.state == LeadState.FROZEN, Lead.frozen_at))
    query = select(Lead.new_at, Lead.answered_at, func.coalesce(Lead.answered_at, stopped_at, now), Lead.frozen_seconds)
    rows = db.session.execute(query.where(Lead.clinic_id == clinic.id, Lead.new_at > now - WINDOW))
    seen = [
        ((until - new - timedelta(seconds=frozen)).total_seconds() / 60, answered is not None)
        for new, answered, until, frozen in rows
        if new
    ]
    if len(seen) >= SHOWN_FROM:
        median = median_minutes(seen)
        clinic.reply_minutes = round(median) if median is not None else None
        db.session.flush()
