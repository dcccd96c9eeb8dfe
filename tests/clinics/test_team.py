"""Who works for a clinic."""

from sqlalchemy import select

from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import join_team, members
from marketplace.extensions import db
from marketplace.foundation.timeline import TimelineEntry
from tests.factories import Make


def test_joining_is_recorded(make_clinic: Make, make_account: Make) -> None:
    clinic, account = make_clinic(), make_account()
    join_team(clinic, account, TeamRole.OWNER)
    assert [member.account_id for member in members(clinic)] == [account.id]
    (entry,) = db.session.scalars(select(TimelineEntry).where(TimelineEntry.name == "MemberJoined"))
    assert (entry.clinic_id, entry.account_id, entry.reason) == (clinic.id, account.id, "owner")
