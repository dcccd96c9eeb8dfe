"""How long a session lasts, whose it is, and what the server keeps of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from marketplace.accounts import session_store
from marketplace.accounts.session_store import WebSession, id_of
from marketplace.extensions import db
from marketplace.foundation import clock
from tests.factories import PASSWORD, Make


def later(**how_much: float) -> Any:
    """Everything inside happens that much later."""
    return clock.set_to(clock.now() + timedelta(**how_much))


def rows() -> list[WebSession]:
    db.session.expire_all()
    return list(db.session.scalars(select(WebSession).order_by(WebSession.started_at)))


def sid(browser: Any) -> str:
    return str(browser.get_cookie("sid").value)


def test_an_operator_is_signed_out_after_half_an_hour_idle(client, make_operator, sign_in):
    sign_in(make_operator())
    with later(minutes=29):
        assert client.get("/operator").status_code == 200
    with later(minutes=29 + 31):
        assert client.get("/operator").status_code == 302


def test_an_operator_at_work_stays_for_twelve_hours_at_most(client, make_operator, sign_in):
    sign_in(make_operator())
    start = clock.now()
    for minutes in range(25, 12 * 60, 25):
        with clock.set_to(start + timedelta(minutes=minutes)):
            assert client.get("/operator").status_code == 200
    with clock.set_to(start + timedelta(minutes=721)):
        assert client.get("/operator").status_code == 302


def member_signed_in(client: Any, make_clinic: Make, make_member: Make, **form: str) -> None:
    member = make_member(make_clinic())
    assert client.post("/account/login", data={"email": member.email, "password": PASSWORD, **form}).status_code == 303


def test_a_member_is_signed_out_after_twelve_hours_idle(client, make_clinic, make_member):
    member_signed_in(client, make_clinic, make_member)
    assert client.get_cookie("sid").expires is None
    with later(hours=11):
        assert client.get("/dashboard/leads").status_code == 200
    with later(hours=11 + 13):
        assert client.get("/dashboard/leads").status_code == 302


def test_a_remembered_device_lasts_thirty_days(client, make_clinic, make_member):
    member_signed_in(client, make_clinic, make_member, remember="y")
    assert client.get_cookie("sid").expires is not None
    with later(days=29):
        assert client.get("/dashboard/leads").status_code == 200
    with later(days=30, minutes=1):
        assert client.get("/dashboard/leads").status_code == 302


def test_an_operator_is_not_remembered_on_a_device(client, make_operator):
    client.post("/account/login", data={"email": make_operator().email, "password": PASSWORD, "remember": "y"})
    assert client.get_cookie("sid").expires is None
    with later(minutes=31):
        assert client.get("/operator").status_code == 302


def test_there_is_one_cookie_and_no_script_reads_it(client, make_clinic, make_member):
    data = {"email": make_member(make_clinic()).email, "password": PASSWORD, "remember": "y"}
    (cookie,) = client.post("/account/login", data=data).headers.getlist("Set-Cookie")
    assert cookie.startswith("sid=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_in_production_the_cookie_is_of_this_host_and_secure(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", "__Host-sid")
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    (cookie,) = client.get("/account/login", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-sid=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_draft_waits_for_a_day(client):
    client.post("/get-quotes")
    with later(hours=23):
        assert client.get("/get-quotes/treatment").status_code == 200
    with later(hours=23 + 25):
        assert client.get("/get-quotes/treatment").headers["Location"] == "/get-quotes"


def test_an_opened_request_stays_open_as_long_as_its_link(client, make_request):
    from marketplace.foundation.security import signed_links
    from marketplace.quote_requests import request_links

    request = make_request()
    link = signed_links.issue("page", subject_id=request.id, lifetime=request_links.LIFETIMES[request_links.PAGE])
    page = client.get(f"/q/{signed_links.token_of(link)}").headers["Location"]
    with later(days=6):
        assert client.get(page).status_code == 200
    with later(days=7, minutes=1):
        assert client.get(page).status_code == 404


def test_signing_in_makes_a_new_id_and_the_old_one_is_worth_nothing(client, make_operator, sign_in):
    client.post("/get-quotes")
    before = sid(client)
    sign_in(make_operator())
    assert sid(client) != before
    old, new = rows()
    assert (old.id, old.data) == (id_of(before), None)
    assert (new.id, new.account_id is None) == (id_of(sid(client)), False)


@pytest.mark.parametrize("planted", ["A" * 43, "x", "", "ü", "A" * 3000])
def test_a_cookie_that_was_never_issued_is_never_adopted(client, make_operator, sign_in, planted):
    client.set_cookie("sid", planted)
    client.get("/account/login")
    assert sid(client) != planted
    client.set_cookie("sid", planted)
    sign_in(make_operator())
    assert sid(client) != planted
    assert id_of(planted) not in {row.id for row in rows()}


def test_the_table_holds_nothing_that_opens_a_session(client, make_operator, sign_in):
    account = make_operator()
    sign_in(account)
    kept = b"".join(bytes(part) for row in rows() for part in (row.id, row.data))
    assert sid(client).encode() not in kept
    assert account.fs_uniquifier.encode() not in kept


def test_what_was_sealed_under_another_secret_is_nobodys(app, client, make_operator, sign_in, monkeypatch):
    sign_in(make_operator())
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret, long enough to be one, too")
    assert client.get("/operator").status_code == 302


def test_a_look_by_head_writes_nothing(client, make_operator, sign_in):
    assert "Set-Cookie" not in client.head("/account/login").headers
    assert rows() == []
    sign_in(make_operator())
    seen = rows()[0].seen_at
    with later(minutes=5):
        assert client.head("/operator").status_code == 200
    assert rows()[0].seen_at == seen


def test_not_every_look_is_a_write(client, make_operator, sign_in, monkeypatch):
    sign_in(make_operator())
    client.get("/operator")  # the secret of the forms
    written = []
    keep = session_store.keep
    monkeypatch.setattr(
        session_store, "keep", lambda row_id, **values: (written.append(values), keep(row_id, **values))
    )
    for seconds in (1, 30, 61):
        with later(seconds=seconds):
            client.get("/operator")
    assert [set(values) for values in written] == [{"seen_at", "expires_at", "idle_seconds"}]


def test_a_page_that_wrote_nothing_keeps_the_secret_of_its_form(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    form = client.get("/get-quotes").page.fields()
    assert client.post("/get-quotes", data=form).status_code == 303


def test_a_refused_form_keeps_its_session(own_app: Flask, monkeypatch):
    monkeypatch.setitem(own_app.config, "WTF_CSRF_ENABLED", True)
    client = own_app.test_client()
    token = client.get("/my/link").text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    assert client.post("/my/link", data={"csrf_token": token, "email": "nobody"}).status_code == 422
    assert client.post("/my/link", data={"csrf_token": token, "email": "ana@patient.example"}).status_code == 303


def test_a_form_of_before_the_sign_in_is_not_taken_after_it(app, client, make_operator, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    before = client.get("/my/link").page.fields()
    form = client.get("/account/login").page.fields()
    form |= {"email": make_operator().email, "password": PASSWORD}
    assert client.post("/account/login", data=form).status_code == 303
    assert client.post("/my/link", data={**before, "email": "ana@patient.example"}).status_code == 400


def away(*_anything: object, **_else: object) -> None:
    raise OperationalError("SELECT", {}, Exception("the database is away"))


def test_where_no_session_can_be_read_the_answer_is_to_come_back(client, monkeypatch):
    client.post("/get-quotes")
    monkeypatch.setattr(session_store, "find", away)
    answer = client.get("/operator")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_where_no_session_can_be_stored_the_answer_is_to_come_back(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(session_store, "insert_row", away)
    answer = client.post("/get-quotes")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Set-Cookie" not in answer.headers


def test_the_dead_are_forgotten_after_a_week(client, make_operator, sign_in):
    client.post("/get-quotes")
    sign_in(make_operator())
    client.post("/account/logout")
    now = clock.now()
    assert session_store.sweep(now + timedelta(days=6)) == 1  # the draft's, which was nobody's
    assert session_store.sweep(now + timedelta(days=7, minutes=1)) == 1
    assert db.session.scalar(select(func.count()).select_from(WebSession)) == 0


def refused(statement: str) -> str:
    with pytest.raises(IntegrityError) as error, db.session.begin_nested():
        db.session.execute(text(statement))
    return str(error.value.orig)


def test_the_key_is_a_hash(client):
    client.post("/get-quotes")
    assert "ck_web_session_id_is_a_hash" in refused("UPDATE web_session SET id = 'short'")


def test_nothing_lasts_beyond_its_latest(client):
    client.post("/get-quotes")
    answer = refused("UPDATE web_session SET expires_at = absolute_expiry_at + interval '1 second'")
    assert "ck_web_session_ends_by_absolute_expiry" in answer
