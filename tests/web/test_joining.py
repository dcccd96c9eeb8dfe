"""The page of an invitation (SP4): looking changes nothing, the button joins once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.clinics import team
from marketplace.clinics.invitation_actions import cancel_invitation, invite
from marketplace.clinics.invitations import open_ones
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.signed_links import token_of
from tests.factories import PASSWORD, Make, build_clinic, build_invitation, link_to

BEN = "ben@clinic.example"
FORM = {"name": "Ben", "password": PASSWORD, "password_confirm": PASSWORD}


@pytest.fixture
def clinic(make_clinic: Make) -> Any:
    return make_clinic()


@pytest.fixture
def owner(clinic: Any, make_member: Make) -> Any:
    return make_member(clinic)


@pytest.fixture
def path(clinic: Any, owner: Any) -> str:
    """Ben's link."""
    invitation = invite(clinic, email=BEN, role=TeamRole.MEMBER, by=owner.id)
    db.session.commit()
    return f"/account/invitation/{token_of(link_to(invitation))}"


def people(clinic: Any) -> set[str]:
    return {person.email for person in team.members(clinic)}


def test_sp4_looking_changes_nothing(client: Any, clinic: Any, path: str) -> None:
    for _ in range(3):
        page = client.get(path)
        assert (page.status_code, page.page.h1) == (200, "Join the team of Clinic Lale")
        assert client.head(path).status_code == 200
    assert people(clinic) == {"ayse@clinic.example"}
    assert client.get("/dashboard/team").status_code == 302


def test_sp4_it_works_once(client: Any, clinic: Any, path: str) -> None:
    answer = client.post(path, data=FORM)
    assert (answer.status_code, answer.location) == (303, "/account/login")
    assert BEN in people(clinic)
    for again in (client.post(path, data=FORM), client.get(path)):
        assert (again.status_code, again.page.h1) == (404, "This invitation is not open any more")


def test_whoever_set_a_password_signs_in_with_it(client: Any, path: str) -> None:
    password = "  a password with spaces around  "
    client.post(path, data=FORM | {"password": password, "password_confirm": password})
    assert client.get("/dashboard/team").status_code == 302, "the link signs nobody in"
    client.post("/account/login", data={"email": BEN, "password": password})
    assert "Ben" in client.get("/dashboard/team").page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Enter your name"),
        ({"name": "x" * 81}, "Enter 80 characters or fewer"),
        ({"name": "Ben\x1b"}, "Remove the characters that cannot be shown"),
        ({"password": ""}, "Enter a password"),
        ({"password": "too short", "password_confirm": "too short"}, "of 10 characters or more"),
        ({"password": "1234567890", "password_confirm": "1234567890"}, "easy to guess"),
        ({"password_confirm": "another one 1"}, "The two passwords are not the same"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_still_works(
    client: Any, clinic: Any, path: str, changes: dict[str, str], words: str
) -> None:
    answer = client.post(path, data=FORM | changes)
    assert answer.status_code == 422
    assert words in answer.page.text
    assert people(clinic) == {"ayse@clinic.example"}
    assert client.get(path).status_code == 200


def test_whoever_has_an_account_signs_in_and_accepts(client: Any, clinic: Any, path: str, make_account: Make) -> None:
    make_account(BEN)
    db.session.commit()
    page = client.get(path).page
    (link,) = [a.get("href") for a in page.one("main").iter("a") if "/account/login" in a.get("href", "")]
    assert client.post(path, data=FORM).status_code == 409
    assert client.post(link, data={"email": BEN, "password": PASSWORD}).location == path
    assert client.post(path).location == "/dashboard/leads"
    assert f"You are in the team of {clinic.name}" in client.get("/dashboard/leads").text


def test_another_person_does_not_accept_it(
    client: Any, clinic: Any, path: str, make_account: Make, sign_in: Any
) -> None:
    sign_in(make_account("eve@clinic.example"))
    assert "this invitation is for another address" in client.get(path).page.text
    assert client.post(path, data=FORM).status_code == 409
    assert people(clinic) == {"ayse@clinic.example"}


@pytest.mark.parametrize("kind", ["elsewhere", "staff", "deactivated"])
def test_who_cannot_join_is_told_why(
    client: Any, clinic: Any, path: str, make_account: Make, make_member: Make, make_clinic: Make, kind: str
) -> None:
    if kind == "elsewhere":
        make_member(make_clinic("Clinic Nar"), email=BEN)
    else:
        make_account(BEN, operator=kind == "staff").active = kind != "deactivated"
    db.session.commit()
    words = "Leave that team first" if kind == "elsewhere" else "cannot join a team"
    assert words in client.get(path).page.text
    assert client.post(path, data=FORM).status_code == 409
    assert people(clinic) == {"ayse@clinic.example"}


def test_a_member_of_another_clinic_leaves_first(
    client: Any, clinic: Any, path: str, make_member: Make, make_clinic: Make, sign_in: Any
) -> None:
    nar = make_clinic("Clinic Nar")
    make_member(nar, email="can@clinic.example")
    ben = make_member(nar, email=BEN, role=TeamRole.MEMBER)
    sign_in(ben)
    assert client.post(path).status_code == 409
    client.post("/dashboard/team/leave")
    sign_in(ben)
    assert client.post(path).location == "/dashboard/leads"
    assert people(nar) == {"can@clinic.example"}


def test_it_ends_after_seven_days(client: Any, path: str) -> None:
    with clock.set_to(clock.now() + timedelta(days=7, minutes=1)):
        answer = client.post(path, data=FORM)
    assert answer.status_code == 404
    assert answer.page.h1.startswith("This invitation ended on ")


def test_taken_back_it_opens_nothing(client: Any, clinic: Any, owner: Any, path: str) -> None:
    (one,) = open_ones(clinic.id)
    cancel_invitation(clinic, one.id, by=owner.id)
    db.session.commit()
    assert client.get(path).status_code == client.post(path, data=FORM).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 64])
def test_a_forged_link_is_none(client: Any, token: str) -> None:
    answer = client.get(f"/account/invitation/{token}")
    assert (answer.status_code, answer.page.h1) == (404, "This link does not work")


def test_a_patients_link_invites_nobody(client: Any, make_request: Make) -> None:
    request = make_request()
    link = signed_links.issue("page", subject_id=request.id, lifetime=timedelta(days=7))
    db.session.commit()
    assert client.get(f"/account/invitation/{token_of(link)}").status_code == 404


def test_it_is_kept_by_nobody(client: Any, path: str) -> None:
    headers = client.get(path).headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_two_browsers_at_once_join_once(own_app: Flask) -> None:
    with own_app.app_context():
        invitation = build_invitation(build_clinic())
        path = f"/account/invitation/{token_of(link_to(invitation))}"
        db.session.commit()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _n: own_app.test_client().post(path, data=FORM).status_code, range(2)))
    assert sorted(answers) == [303, 404]
