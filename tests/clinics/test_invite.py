"""Asking somebody into a team, and joining it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Account
from marketplace.clinics import invitations, team
from marketplace.clinics.invitation_actions import (
    InviteeStanding,
    cancel_invitation,
    expire_invitations_due,
    invite,
    join,
    join_as_new,
    peek_invitation,
)
from marketplace.clinics.invitations import Invitation
from marketplace.clinics.models import Clinic, Membership
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import LinkGone, NotFound, Refused, WrongState
from marketplace.foundation.security import limits
from marketplace.foundation.security.signed_links import token_of
from marketplace.mail import links
from marketplace.mail.links import NoLongerDue
from tests.factories import PASSWORD, Make, link_to
from tests.outbox import emails, only, text_of

BEN = "ben@clinic.example"


@pytest.fixture
def clinic(make_clinic: Make) -> Clinic:
    return make_clinic()


@pytest.fixture
def owner(clinic: Clinic, make_member: Make) -> Account:
    return make_member(clinic)


@pytest.fixture
def invitation(clinic: Clinic, owner: Account, make_invitation: Make) -> Invitation:
    return make_invitation(clinic, by=owner)


def token(invitation: Invitation) -> str:
    return token_of(link_to(invitation))


def gone(given: str) -> str:
    with pytest.raises(LinkGone) as error:
        peek_invitation(given)
    return error.value.reason


def ask(clinic: Clinic, owner: Account, email: str = BEN) -> Invitation:
    return invite(clinic, email=email, role=TeamRole.MEMBER, by=owner.id)


def told() -> list[str]:
    query = select(AuditEntry.name).where(AuditEntry.name.like("%Invit%")).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def test_an_invitation_is_shown_mailed_and_recorded(clinic: Clinic, invitation: Invitation) -> None:
    assert [one.email for one in invitations.open_ones(clinic.id)] == [BEN]
    assert "You set your name and a password" in text_of(only("team_invitation"))
    assert told() == ["MemberInvited"]


def test_the_next_one_replaces_it(clinic: Clinic, owner: Account, invitation: Invitation) -> None:
    first, again = token(invitation), ask(clinic, owner, "BEN@clinic.example")
    assert (invitation.state, gone(first)) == ("replaced", "used")
    assert peek_invitation(token(again)).email == "BEN@clinic.example"
    assert told()[1:] == ["InvitationReplaced", "MemberInvited"]


def test_an_address_is_kept_as_sign_in_looks_it_up(clinic: Clinic, owner: Account) -> None:
    assert ask(clinic, owner, "Ben@CLINIC.Example").email == "Ben@clinic.example"


def test_one_open_invitation_an_address(invitation: Invitation) -> None:
    twice = Invitation(
        clinic_id=invitation.clinic_id,
        email=BEN.upper(),
        role="member",
        invited_by=invitation.invited_by,
        open_at=clock.now(),
        expires_at=clock.now(),
    )
    with pytest.raises(IntegrityError, match="uq_invitation_open"), db.session.begin_nested():
        db.session.add(twice)


def test_an_open_one_has_its_moment(invitation: Invitation) -> None:
    with pytest.raises(IntegrityError, match="ck_invitation_open_has_moment"), db.session.begin_nested():
        invitation.open_at = None


def test_taken_back_its_link_is_dead(clinic: Clinic, owner: Account, invitation: Invitation) -> None:
    given = token(invitation)
    cancel_invitation(clinic, invitation.id, by=owner.id)
    assert (invitation.state, gone(given)) == ("cancelled", "used")
    assert invitations.open_ones(clinic.id) == []
    with pytest.raises(WrongState, match="not open any more"):
        cancel_invitation(clinic, invitation.id, by=owner.id)


def test_an_invitation_that_ended_is_not_opened_by_any_link(
    clinic: Clinic, owner: Account, invitation: Invitation
) -> None:
    cancel_invitation(clinic, invitation.id, by=owner.id)
    assert gone(token(invitation)) == "used"


def test_accepting_spends_the_link_itself(invitation: Invitation) -> None:
    link = link_to(invitation)
    join_as_new(token_of(link), name="Ben", password=PASSWORD)
    assert link.ended_at is not None


def test_another_clinics_is_not_found(invitation: Invitation, make_clinic: Make, make_member: Make) -> None:
    other = make_clinic("Clinic Nar")
    can = make_member(other, email="can@clinic.example")
    with pytest.raises(NotFound):
        cancel_invitation(other, invitation.id, by=can.id)


def test_a_mail_that_waits_is_not_sent_after_the_end(clinic: Clinic, owner: Account, invitation: Invitation) -> None:
    cancel_invitation(clinic, invitation.id, by=owner.id)
    with pytest.raises(NoLongerDue, match="invitation_ended"):
        links.make_ready(only("team_invitation"))


def test_the_link_ends_with_the_invitation_however_late_it_is_sent(invitation: Invitation) -> None:
    email = only("team_invitation")
    with clock.set_to(clock.now() + timedelta(days=2)):
        links.make_ready(email)
    given = links.address(email).rpartition("/")[2]
    assert links.address(email).startswith("http://127.0.0.1:8000/account/invitation/")
    with clock.set_to(invitation.expires_at - timedelta(seconds=1)):
        assert peek_invitation(given).standing == InviteeStanding.NEW
    with clock.set_to(invitation.expires_at):
        assert gone(given) == "expired"


def test_nobody_came_in_seven_days(invitation: Invitation) -> None:
    assert expire_invitations_due(clock.now() + timedelta(days=7, minutes=-1)) == 0
    assert expire_invitations_due(clock.now() + timedelta(days=7, minutes=1)) == 1
    assert (invitation.state, told()[-1]) == ("expired", "InvitationExpired")


def test_who_is_in_the_team_is_not_asked(clinic: Clinic, owner: Account) -> None:
    with pytest.raises(Refused, match="in your team already"):
        ask(clinic, owner, owner.email.upper())
    assert emails() == []


def test_a_team_has_its_size_with_invitations(
    clinic: Clinic, owner: Account, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "MAX_PEOPLE", 3)
    ask(clinic, owner, "third@clinic.example")
    with pytest.raises(Refused, match="3 people at most"):
        ask(clinic, owner, "fourth@clinic.example")
    assert ask(clinic, owner, BEN).state == "open", "what it replaces makes room"


def test_beyond_the_allowance_nothing_is_mailed(
    app: Flask, clinic: Clinic, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LIMITS_ON", True)
    monkeypatch.setattr(limits, "consume", lambda *_name, **_who: False)
    for _ in range(5):
        ask(clinic, owner)
    assert len(emails("team_invitation")) == 3
    assert told().count("InvitationHeldBack") == 2


@pytest.mark.parametrize(
    ("email", "standing", "words"),
    [
        (BEN, InviteeStanding.NEW, "You set your name"),
        ("known@clinic.example", InviteeStanding.FREE, "You sign in with this address"),
        ("elsewhere@clinic.example", InviteeStanding.ELSEWHERE, "Leave that team first"),
        ("staff@clinic.example", InviteeStanding.BARRED, "cannot join a team"),
        ("gone@clinic.example", InviteeStanding.BARRED, "cannot join a team"),
    ],
)
def test_the_mail_says_what_to_do_first(
    world_of_people: Any, clinic: Clinic, owner: Account, email: str, standing: InviteeStanding, words: str
) -> None:
    invitation = ask(clinic, owner, email)
    assert peek_invitation(token(invitation)).standing == standing
    assert words in text_of(only("team_invitation"))


@pytest.fixture
def world_of_people(make_account: Make, make_member: Make, make_clinic: Make) -> None:
    """Of each kind one."""
    make_account("known@clinic.example")
    make_account("staff@clinic.example", operator=True)
    make_account("gone@clinic.example").active = False
    make_member(make_clinic("Clinic Nar"), email="elsewhere@clinic.example")


def test_who_is_new_sets_a_password_and_is_in(clinic: Clinic, invitation: Invitation) -> None:
    given = token(invitation)
    join_as_new(given, name="Ben", password=PASSWORD)
    (ben,) = [person for person in team.members(clinic) if person.email == BEN]
    assert (ben.name, ben.role, invitation.state) == ("Ben", "member", "accepted")
    assert gone(given) == "used"
    with pytest.raises(LinkGone):
        join_as_new(given, name="Eve", password=PASSWORD)


def test_nobody_takes_an_account_over_by_an_invitation(invitation: Invitation, make_account: Make) -> None:
    account, given = make_account(BEN.upper()), token(invitation)
    with pytest.raises(WrongState, match="There is an account"):
        join_as_new(given, name="Eve", password="another long password 2")
    assert account.name == "Someone"


def test_an_account_joins_by_an_invitation_to_its_own_address(
    clinic: Clinic, invitation: Invitation, make_account: Make
) -> None:
    ben = make_account(BEN)
    join(token(invitation), ben.id)
    assert ben.id in {person.account_id for person in team.members(clinic)}
    query = select(AuditEntry.actor).where(AuditEntry.name == "MemberJoined")
    assert db.session.scalars(query).all() == [f"member:{ben.id}"]


def test_an_account_does_not_join_by_another_persons(invitation: Invitation, make_account: Make) -> None:
    make_account(BEN)
    eve = make_account("eve@clinic.example")
    with pytest.raises(WrongState, match="cannot join"):
        join(token(invitation), eve.id)


def test_a_person_works_for_one_clinic(
    invitation: Invitation, make_account: Make, make_invitation: Make, make_clinic: Make
) -> None:
    ben, second = make_account(BEN), make_invitation(make_clinic("Clinic Nar"))
    first, second_link = token(invitation), token(second)
    join(first, ben.id)
    with pytest.raises(WrongState, match="cannot join"):
        join(second_link, ben.id)
    query = select(Membership.clinic_id).where(Membership.account_id == ben.id)
    assert db.session.scalars(query).all() == [invitation.clinic_id]


def test_what_is_forgotten_takes_its_link_along(clinic: Clinic, owner: Account, invitation: Invitation) -> None:
    given = token(invitation)
    cancel_invitation(clinic, invitation.id, by=owner.id)
    invitations.forget_invitations([invitation.id])
    assert gone(given) == "altered"
