"""Signing in: right, wrong, and what a stranger learns from either."""

from sqlalchemy import text

from marketplace.extensions import db
from tests.factories import PASSWORD

WRONG = "The email address or the password is not right"


def test_an_operator_lands_at_the_desk(client, make_operator):
    account = make_operator()
    answer = client.post("/account/login", data={"email": account.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/account").location == "/operator"


def test_a_member_lands_at_the_leads(client, make_clinic, make_member):
    account = make_member(make_clinic())
    answer = client.post("/account/login", data={"email": account.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/account").location == "/dashboard/leads"


def test_a_wrong_password_and_an_unknown_address_read_the_same(client, make_operator):
    account = make_operator()
    wrong = client.post("/account/login", data={"email": account.email, "password": "not this one"})
    unknown = client.post("/account/login", data={"email": "nobody@clinic.example", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG in wrong.page.text
    assert WRONG in unknown.page.text


def test_an_empty_field_is_named(client):
    answer = client.post("/account/login", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert "Enter your email address" in answer.page.text
    assert "Enter your password" in answer.page.text


def test_an_unconfirmed_account_reads_like_a_wrong_password(client, make_operator):
    account = make_operator()
    account.confirmed_at = None
    answer = client.post("/account/login", data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert WRONG in answer.page.text


def test_next_leads_to_our_own_paths_only(client, make_operator):
    account = make_operator()
    form = {"email": account.email, "password": PASSWORD}
    answer = client.post("/account/login?next=https://evil.example/x", data=form)
    assert "evil" not in answer.headers.get("Location", "")


def test_next_is_where_one_lands(client, make_operator):
    form = {"email": make_operator().email, "password": PASSWORD}
    assert client.post("/account/login?next=/operator/emails", data=form).location == "/operator/emails"


def test_signing_out_ends_it(client, make_operator, sign_in):
    sign_in(make_operator())
    assert client.post("/account/logout").status_code == 303
    assert client.get("/operator").status_code == 302


def test_nobody_has_an_account_before_one_is_made(app):
    assert db.session.scalar(text("SELECT count(*) FROM account")) == 0


def test_nobody_can_register(client):
    assert client.get("/account/register").status_code == 404


def test_the_short_name_leads_to_the_sign_in(client):
    assert client.get("/account").location == "/account/login?next=/account"


def test_where_a_sign_in_came_from_is_not_kept(sign_in, make_operator):
    account = make_operator()
    sign_in(account)
    row = db.session.scalar(text("SELECT account::text FROM account WHERE id = :id"), {"id": account.id})
    assert account.current_login_at is not None
    assert "127.0.0.1" not in row
