"""Who may invite no longer does not come back, nor bring others, by an invitation of before."""

from collections.abc import Callable

import pytest

from marketplace.accounts.actions import deactivate
from marketplace.accounts.models import Account
from marketplace.clinics import team
from marketplace.clinics.invitation_actions import invite, join_as_new
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import InvitationState, TeamRole
from marketplace.foundation.problems import LinkGone
from marketplace.foundation.security.signed_links import token_of
from tests.factories import Make, link_to

Way = Callable[[Clinic, Account, Account], object]
WAYS: dict[str, Way] = {
    "removed": lambda clinic, gone, by: team.remove(clinic, gone.id, by=by.id),
    "left": lambda clinic, gone, by: team.leave(clinic, gone.id),
    "a member now": lambda clinic, gone, by: team.change_role(clinic, gone.id, TeamRole.MEMBER, by=by.id),
    "deactivated": lambda clinic, gone, by: deactivate(gone),
}


@pytest.mark.parametrize("way", WAYS)
def test_their_invitation_opens_nothing(make_clinic: Make, make_member: Make, way: str) -> None:
    clinic = make_clinic()
    stays, goes = make_member(clinic), make_member(clinic, email="goes@clinic.example")
    own = invite(clinic, email="private@elsewhere.example", role=TeamRole.OWNER, by=goes.id)
    others = invite(clinic, email="ben@clinic.example", role=TeamRole.MEMBER, by=stays.id)
    tokens = [token_of(link_to(invitation)) for invitation in (own, others)]
    WAYS[way](clinic, goes, stays)
    with pytest.raises(LinkGone):
        join_as_new(tokens[0], name="Back Again", password="a long word to keep")
    assert way == "deactivated" or own.state == InvitationState.CANCELLED
    join_as_new(tokens[1], name="Ben New", password="a long word to keep")
    assert {person.name for person in team.members(clinic)} >= {"Ben New"}
