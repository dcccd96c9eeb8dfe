"""Who works for a clinic."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import change_role, join_team, leave, member, members, remove
from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import NotFound, Refused, WrongState
from tests.factories import Make, build_clinic, build_member


def test_joining_is_recorded(make_clinic: Make, make_account: Make) -> None:
    clinic, account = make_clinic(), make_account()
    join_team(clinic, account, TeamRole.OWNER)
    assert [member.account_id for member in members(clinic)] == [account.id]
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "MemberJoined"))
    assert (entry.clinic_id, entry.account_id, entry.reason) == (clinic.id, account.id, "owner")


@pytest.fixture
def clinic(make_clinic: Make) -> Clinic:
    return make_clinic()


@pytest.fixture
def owner(clinic: Clinic, make_member: Make) -> Account:
    return make_member(clinic)


@pytest.fixture
def ben(clinic: Clinic, make_member: Make) -> Account:
    return make_member(clinic, email="ben@clinic.example", role=TeamRole.MEMBER)


def roles(clinic: Clinic) -> dict[str, str]:
    return {member.email: member.role for member in members(clinic)}


def told(name: str) -> list[tuple[object, object]]:
    query = select(AuditEntry.account_id, AuditEntry.reason).where(AuditEntry.name == name)
    return [tuple(row) for row in db.session.execute(query)]


def test_a_member_becomes_an_owner(clinic: Clinic, owner: Account, ben: Account) -> None:
    change_role(clinic, ben.id, TeamRole.OWNER, by=owner.id)
    assert roles(clinic)[ben.email] == "owner"
    assert told("RoleChanged") == [(ben.id, "owner")]


def test_the_same_role_again_changes_nothing(clinic: Clinic, owner: Account, ben: Account) -> None:
    before = ben.fs_uniquifier
    change_role(clinic, ben.id, TeamRole.MEMBER, by=owner.id)
    assert told("RoleChanged") == []
    assert ben.fs_uniquifier == before


def test_who_is_removed_or_changed_is_signed_out(clinic: Clinic, owner: Account, ben: Account) -> None:
    first = ben.fs_uniquifier
    change_role(clinic, ben.id, TeamRole.OWNER, by=owner.id)
    second = ben.fs_uniquifier
    remove(clinic, ben.id, by=owner.id)
    assert len({first, second, ben.fs_uniquifier}) == 3
    assert list(roles(clinic)) == [owner.email]
    assert told("MemberRemoved") == [(ben.id, None)]


def test_a_member_leaves(clinic: Clinic, owner: Account, ben: Account) -> None:
    leave(clinic, ben.id)
    assert list(roles(clinic)) == [owner.email]
    assert told("MemberLeft") == [(ben.id, None)]


def test_the_last_owner_stays_an_owner(clinic: Clinic, owner: Account, ben: Account) -> None:
    for away in (
        lambda: leave(clinic, owner.id),
        lambda: remove(clinic, owner.id, by=owner.id),
        lambda: change_role(clinic, owner.id, TeamRole.MEMBER, by=owner.id),
    ):
        with pytest.raises(Refused, match="one owner at least"):
            away()
    assert roles(clinic)[owner.email] == "owner"


def test_an_owner_who_cannot_sign_in_does_not_count(clinic: Clinic, owner: Account, make_member: Make) -> None:
    make_member(clinic, email="gone@clinic.example").active = False
    with pytest.raises(Refused):
        leave(clinic, owner.id)


def test_who_is_an_owner_no_more_changes_nothing(clinic: Clinic, owner: Account, ben: Account) -> None:
    with pytest.raises(WrongState, match="not an owner"):
        remove(clinic, owner.id, by=ben.id)
    with pytest.raises(WrongState, match="not an owner"):
        change_role(clinic, ben.id, TeamRole.OWNER, by=ben.id)


def test_nobody_of_another_team_is_found(clinic: Clinic, owner: Account, make_clinic: Make, make_member: Make) -> None:
    other = make_member(make_clinic("Clinic Nar"), email="can@clinic.example", role=TeamRole.MEMBER)
    for act in (lambda: remove(clinic, other.id, by=owner.id), lambda: member(clinic, other.id)):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("how", ["leave", "remove each other"])
def test_of_two_owners_who_go_at_once_one_stays(own_app: Flask, how: str) -> None:
    with own_app.app_context():
        clinic = build_clinic()
        people = [build_member(clinic, email=f"{n}@clinic.example").id for n in range(2)]
        clinic_id = clinic.id
        db.session.commit()
    start = Barrier(2)

    def go(n: int) -> bool:
        with own_app.app_context():
            clinic = db.session.get_one(Clinic, clinic_id)
            assert len(members(clinic)) == 2
            start.wait(5)
            try:
                leave(clinic, people[n]) if how == "leave" else remove(clinic, people[n], by=people[1 - n])
                db.session.commit()
            except (Refused, WrongState):
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, range(2))) == [False, True]
