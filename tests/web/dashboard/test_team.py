"""The team as owners change it and members read it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, session
from sqlalchemy import select

from marketplace.clinics import team
from marketplace.clinics.invitations import Invitation
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from tests.conftest import reader_of
from tests.factories import PASSWORD, Make, build_clinic, build_member
from tests.outbox import emails
from tests.reading import form_fields, words

TEAM, INVITE = "/dashboard/team", "/dashboard/team/invite"
BEN = "ben@clinic.example"


@pytest.fixture
def clinic(make_clinic: Make) -> Any:
    return make_clinic()


@pytest.fixture
def owner(client: Any, clinic: Any, make_member: Make, sign_in: Any) -> Any:
    """Signed in."""
    account = make_member(clinic)
    sign_in(account)
    return account


@pytest.fixture
def ben(owner: Any, clinic: Any, make_member: Make) -> Any:
    """A member."""
    account = make_member(clinic, email=BEN, role=TeamRole.MEMBER)
    db.session.commit()
    return account


@pytest.fixture
def his(app: Flask, ben: Any, sign_in: Any) -> Any:
    """Ben's browser."""
    return sign_in(ben, reader_of(app))


def invite(client: Any, email: str, **changes: str) -> Any:
    return client.post(INVITE, data=blank(client) | {"email": email} | changes)


def blank(client: Any) -> dict[str, list[str]]:
    """The form as it stands."""
    return next(f for form in client.get(INVITE).page.all("form") if "email" in (f := form_fields(form)))


def later(minutes: int = 20) -> Any:
    return clock.set_to(clock.now() + timedelta(minutes=minutes))


def test_a_member_reads_who_is_there_and_may_leave(his: Any, owner: Any) -> None:
    page = his.get(TEAM).page
    assert owner.email in page.text
    assert "Invitations" not in page.text
    assert page.all("a", href=f"{TEAM}/{owner.id}") == []
    assert his.get("/dashboard/team/leave").status_code == 200


def test_a_member_changes_nothing(his: Any, owner: Any, ben: Any) -> None:
    for path in (INVITE, f"{TEAM}/{owner.id}", f"{TEAM}/{ben.id}"):
        assert his.get(path).status_code == 403
        assert his.post(path, data={"role": "owner"}).status_code == 403
    assert his.post(f"{TEAM}/{owner.id}/remove").status_code == 403


def test_an_owner_invites_and_takes_back(client: Any, owner: Any) -> None:
    answer = invite(client, BEN)
    assert (answer.status_code, answer.location) == (303, TEAM)
    page = client.get(TEAM)
    assert f"We have sent an invitation to {BEN}" in page.text
    (form,) = [form for form in page.page.all("form") if form.get("action", "").endswith("/cancel")]
    assert client.post(form.get("action")).location == TEAM
    assert "Nobody is invited at present" in client.get(TEAM).page.text
    assert client.post(form.get("action")).status_code == 409


def test_the_same_form_sent_twice_is_one_invitation(client: Any, owner: Any) -> None:
    data = blank(client) | {"email": BEN}
    assert {client.post(INVITE, data=data).status_code for _ in range(2)} == {303}
    assert len(db.session.scalars(select(Invitation)).all()) == 1


@pytest.mark.parametrize(
    "email", ["", "ben", "ben@", "a@b.example, c@d.example", "ben@clinic.example\nBcc: x@y.example"]
)
def test_what_is_no_address_is_said_so(client: Any, owner: Any, email: str) -> None:
    answer = invite(client, email)
    assert answer.status_code == 422
    assert emails() == []


def test_who_is_there_already_is_said_so(client: Any, owner: Any, ben: Any) -> None:
    answer = invite(client, BEN.upper())
    assert (answer.status_code, answer.page.h1) == (422, "Invite someone into your team")
    assert "This person is in your team already" in answer.page.text


def test_a_full_team_is_said_so(client: Any, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "MAX_PEOPLE", 1)
    assert "A team has 1 people at most" in invite(client, BEN).page.text


@pytest.mark.parametrize("kind", ["account", "unconfirmed", "deactivated", "elsewhere", "staff"])
def test_sp8_the_owner_cannot_tell_who_has_an_account(
    client: Any, owner: Any, make_account: Make, make_member: Make, make_clinic: Make, kind: str
) -> None:
    known, unknown = "known@clinic.example", "other@clinic.example"
    if kind == "elsewhere":
        make_member(make_clinic("Clinic Nar"), email=known)
    else:
        account = make_account(known, operator=kind == "staff")
        account.active = kind != "deactivated"
        account.confirmed_at = None if kind == "unconfirmed" else account.confirmed_at
    db.session.commit()
    assert seen(client, known) == seen(client, unknown)


def seen(client: Any, email: str) -> tuple[object, ...]:
    """Everything the owner reads, and as long; the address itself aside."""
    answer, page = invite(client, email), client.get(TEAM)
    path = next(form.get("action") for form in page.page.all("form") if "/invitations/" in form.get("action", ""))
    assert client.post(path).status_code == 303
    client.get(TEAM)
    return answer.status_code, answer.location, len(page.data), words(page.page.root).replace(email, "")


def test_sp7_who_is_removed_is_out_at_the_next_request(client: Any, his: Any, ben: Any, clinic: Any) -> None:
    assert his.get("/dashboard/leads").status_code == 200
    assert client.post(f"{TEAM}/{ben.id}/remove").location == TEAM
    assert his.get("/dashboard/leads").location.startswith("/account/login")
    assert his.post("/account/login", data={"email": BEN, "password": PASSWORD}).status_code == 303
    assert his.get("/dashboard/leads").status_code == 404, "a stranger"


def test_sp7_whose_role_changed_is_out_and_comes_back_with_it(client: Any, his: Any, ben: Any, sign_in: Any) -> None:
    assert client.post(f"{TEAM}/{ben.id}", data={"role": "owner"}).location == TEAM
    assert his.get(TEAM).location.startswith("/account/login")
    sign_in(ben, his)
    assert his.get(INVITE).status_code == 200


def test_the_last_owner_is_told_what_to_do_first(client: Any, owner: Any, ben: Any) -> None:
    for path, data in (
        (f"{TEAM}/{owner.id}", {"role": "member"}),
        (f"{TEAM}/leave", {}),
        (f"{TEAM}/{owner.id}/remove", {}),
    ):
        answer = client.post(path, data=data)
        assert answer.status_code == 422
        assert "Make somebody else an owner first" in answer.page.text
    assert client.get(TEAM).status_code == 200, "still signed in"


def test_whoever_leaves_is_signed_out_and_a_stranger(his: Any, ben: Any, sign_in: Any) -> None:
    answer = his.post(f"{TEAM}/leave")
    assert (answer.status_code, answer.location) == (303, "/account/login")
    assert "You have left the team" in his.get("/account/login").text
    assert sign_in(ben, his).get(TEAM).status_code == 404


def test_an_owner_steps_down(client: Any, owner: Any, clinic: Any, make_member: Make, sign_in: Any) -> None:
    make_member(clinic, email="can@clinic.example")
    db.session.commit()
    assert client.post(f"{TEAM}/{owner.id}", data={"role": "member"}).location == "/account/login"
    assert sign_in(owner).get(INVITE).status_code == 403


def test_every_change_needs_a_fresh_sign_in(
    client: Any, owner: Any, ben: Any, make_invitation: Make, clinic: Any
) -> None:
    invitation = make_invitation(clinic, email="new@clinic.example", by=owner)
    db.session.commit()
    back = f"{TEAM}/invitations/{invitation.id}/cancel"
    forms = (INVITE, f"{TEAM}/{ben.id}", f"{TEAM}/{ben.id}/remove", f"{TEAM}/leave", back)
    with later():
        asked = [client.post(path, data={"role": "owner"}) for path in forms]
        assert {a.status_code for a in asked} == {303}
        assert all(a.location.startswith("/account/verify?next=") for a in asked)
        assert client.get(TEAM).status_code == 200, "reading needs none"
    assert len(team.members(clinic)) == 2
    assert invitation.state == "open"


def test_the_password_leads_back_to_the_form(client: Any, owner: Any) -> None:
    with later():
        asking = client.get(INVITE)
        assert asking.location == f"/account/verify?next={INVITE}"
        assert client.post(asking.location, data={"password": PASSWORD}).location == INVITE
        assert invite(client, BEN).status_code == 303


def role_in(page: Any) -> list[str]:
    return next(fields["role"] for form in page.all("form") if "role" in (fields := form_fields(form)))


def test_what_was_typed_stands_in_the_form_again(client: Any, owner: Any, ben: Any) -> None:
    with later():
        asked = client.post(INVITE, data={"email": "new@clinic.example", "role": "owner"})
        assert asked.location == f"/account/verify?next={INVITE}"
        client.post(asked.location, data={"password": PASSWORD})
        page = client.get(INVITE).page
        assert page.one("input", name="email").get("value") == "new@clinic.example"
        assert role_in(page) == ["owner"]
        assert client.get(INVITE).page.one("input", name="email").get("value") in {None, ""}, "once"
    with later(minutes=40):
        asked = client.post(f"{TEAM}/{ben.id}", data={"role": "owner"})
        client.post(asked.location, data={"password": PASSWORD})
        page = client.get(f"{TEAM}/{ben.id}").page
        assert role_in(page) == ["owner"]


@pytest.mark.parametrize("text", ["x" * 4000, "a\0b"])
def test_what_is_too_long_or_unsafe_is_not_kept_for_later(client: Any, owner: Any, text: Any) -> None:
    with later(), client:
        assert client.post(INVITE, data={"email": text, "role": "owner"}).status_code == 303
        assert "set_aside" not in session


def test_nobody_of_another_clinic_is_found(client: Any, owner: Any, make_clinic: Make, make_member: Make) -> None:
    other = make_member(make_clinic("Clinic Nar"), email="can@clinic.example")
    db.session.commit()
    assert client.get(f"{TEAM}/{other.id}").status_code == 404
    assert client.post(f"{TEAM}/{other.id}", data={"role": "member"}).status_code == 404
    assert client.post(f"{TEAM}/{other.id}/remove").status_code == 404


def test_invitations_are_counted(limited_app: Flask) -> None:
    with limited_app.app_context():
        email = build_member(build_clinic()).email
        db.session.commit()
    browser = limited_app.test_client()
    browser.post("/account/login", data={"email": email, "password": PASSWORD})
    answers = [
        browser.post(INVITE, data={"email": BEN, "role": "member", "idem": f"00000000-0000-4000-8000-00000000000{n}"})
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "Try again in" in answers[-1].text
