"""Where one is signed in, and out of all of it at once."""

from datetime import timedelta

import pytest

from marketplace.foundation import clock
from tests.conftest import reader_of
from tests.factories import PASSWORD


@pytest.fixture
def other(app, db_session):
    return reader_of(app)


def test_who_is_in_no_team_reads_how_to_get_into_one(client, make_account, sign_in):
    sign_in(make_account("ben@clinic.example"))
    page = client.get("/account").page
    assert page.h1 == "You are in no team"
    assert "You are signed in as ben@clinic.example" in page.text
    assert client.post("/account/logout").status_code == 303


def test_each_browser_is_a_line_and_this_one_is_marked(client, other, make_operator, sign_in):
    account = make_operator()
    sign_in(account)
    sign_in(account, other)
    page = client.get("/account/sessions").page
    assert len(page.all("tr")) == 1 + 2
    assert page.text.count("This browser") == 1


def test_nobody_elses_is_shown(client, other, make_operator, make_clinic, make_member, sign_in):
    sign_in(make_operator())
    sign_in(make_member(make_clinic()), other)
    assert len(client.get("/account/sessions").page.all("tr")) == 1 + 1


def test_sp7_signing_out_everywhere_ends_this_browser_and_all_others(client, other, make_operator, sign_in):
    account = make_operator()
    sign_in(account)
    sign_in(account, other)
    copied = client.get_cookie("sid").value
    assert client.post("/account/sessions").location == "/account/login"
    assert "You are signed out in every browser" in client.get("/account/login").text
    assert client.get("/operator").status_code == other.get("/operator").status_code == 302
    client.set_cookie("sid", copied)
    assert client.get("/operator").status_code == 302


def test_it_needs_a_fresh_sign_in_and_comes_back(client, other, make_operator, sign_in):
    sign_in(make_operator())
    with clock.set_to(clock.now() + timedelta(minutes=20)):
        asked = client.post("/account/sessions")
        assert (asked.status_code, asked.location) == (303, "/account/verify?next=/account/sessions")
        assert client.get("/operator").status_code == 200
        assert client.post(asked.location, data={"password": PASSWORD}).location == "/account/sessions"
        assert client.post("/account/sessions").location == "/account/login"


def test_who_is_signed_out_signs_in(client):
    assert client.get("/account/sessions").location == "/account/login?next=/account/sessions"
    assert client.post("/account/sessions").location == "/account/login?next=/account"


@pytest.mark.parametrize(
    ("typed", "linked"),
    [
        ({"email": "", "password": ""}, ["#email", "#password"]),
        ({"email": "nobody@example.com", "password": "not the one"}, ["#email"]),
    ],
)
def test_what_is_wrong_with_a_sign_in_leads_to_its_field(client, typed, linked):
    page = client.post("/account/login", data=typed).page
    assert [link.get("href") for link in page.one("div", role="alert").iter("a")] == linked
