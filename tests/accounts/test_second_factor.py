"""The second factor: set up with an app, asked for at sign-in, each code good for once."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from flask_security.recoverable import generate_reset_password_token
from passlib.totp import TOTP
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation import clock
from tests.factories import PASSWORD, build_account

NEW = "another long password 2"


def code(key: str, *, later: int = 0) -> str:
    """What the app shows now, or a step of 30 seconds later."""
    moment = clock.now() + timedelta(seconds=30 * later)
    return TOTP(key=key.replace(" ", "").replace("-", "")).generate(moment).token


@pytest.fixture
def key(client, make_operator, sign_in):
    """An operator with an authenticator app; its key."""
    sign_in(make_operator("two@meridian.example"))
    answer = client.post("/account/tf-setup", data={"setup": "authenticator"})
    assert answer.status_code == 303
    page = client.get(answer.location)
    shown = page.page.one("bdi", class_="ref").text
    action = re.search(r'action="(/account/tf-setup/[^"]+)"', page.text)[1]
    assert client.post(action, data={"code": code(shown)}).status_code == 303
    client.post("/account/logout")
    return shown


def password_alone(client):
    return client.post("/account/login", data={"email": "two@meridian.example", "password": PASSWORD})


def test_the_password_alone_is_not_enough(client, key):
    answer = password_alone(client)
    assert "/account/tf-validate" in answer.location
    assert client.get("/operator").status_code == 302


def test_the_code_of_the_set_up_is_refused_at_sign_in(client, key):
    password_alone(client)
    answer = client.post("/account/tf-validate", data={"code": code(key)})
    assert answer.status_code == 422
    assert "used before" in answer.page.text


def test_a_new_code_signs_in_once(client, key):
    later = code(key, later=1)
    password_alone(client)
    assert client.post("/account/tf-validate", data={"code": later}).location == "/account"
    client.post("/account/logout")
    password_alone(client)
    assert client.post("/account/tf-validate", data={"code": later}).status_code == 422


def test_a_new_password_by_mail_is_not_enough_either(client, key):
    account = db.session.scalars(select(Account).where(Account.email == "two@meridian.example")).one()
    link = f"/account/reset/{generate_reset_password_token(account)}"
    assert client.post(link, data={"password": NEW, "password_confirm": NEW}).status_code == 303
    assert client.get("/operator").status_code == 302
    answer = client.post("/account/login", data={"email": account.email, "password": NEW})
    assert "/account/tf-validate" in answer.location
    assert client.get("/operator").status_code == 302


def test_a_wrong_set_up_code_switches_nothing_on(client, make_operator, sign_in):
    account = make_operator()
    sign_in(account)
    page = client.get(client.post("/account/tf-setup", data={"setup": "authenticator"}).location)
    action = re.search(r'action="(/account/tf-setup/[^"]+)"', page.text)[1]
    client.post(action, data={"code": "000000"})
    db.session.refresh(account)
    assert account.tf_primary_method is None


def test_recovery_codes_are_stored_encrypted_and_work_once(client, make_operator, sign_in):
    account = make_operator()
    sign_in(account)
    page = client.get(client.post("/account/mf-recovery-codes", data={"generate_new_codes": "1"}).location)
    shown = [element.text for element in page.page.all("bdi", class_="ref")]
    assert len(shown) == 5
    assert not set(shown) & set(account.mf_recovery_codes)


def test_a_recovery_code_signs_in_once(app, client, key):
    from marketplace.accounts.models import Account

    account = db.session.query(Account).filter_by(email="two@meridian.example").one()
    spare = app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(account)[0]
    db.session.commit()
    password_alone(client)
    assert client.post("/account/mf-recovery", data={"code": spare}).location == "/account"
    client.post("/account/logout")
    password_alone(client)
    assert client.post("/account/mf-recovery", data={"code": spare}).status_code == 422


def test_of_two_uses_at_once_one_signs_in(own_app, monkeypatch):
    spare = _with_a_spare_code(own_app)
    util = own_app.extensions["security"].mf_recovery_codes_util
    check, both_have_read = util.check_recovery_code, Barrier(2)

    def slowly(user, code):
        found = check(user, code)
        with suppress(BrokenBarrierError):
            both_have_read.wait(1)
        return found

    monkeypatch.setattr(util, "check_recovery_code", slowly)
    browsers = [own_app.test_client() for _ in range(2)]
    for browser in browsers:
        browser.post("/account/login", data={"email": "two@meridian.example", "password": PASSWORD})
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda browser: browser.post("/account/mf-recovery", data={"code": spare}), browsers)
        assert sorted(answer.status_code for answer in answers) == [303, 422]


def _with_a_spare_code(app):
    with app.app_context():
        account = build_account("two@meridian.example", operator=True)
        security = app.extensions["security"]
        account.tf_primary_method, account.tf_totp_secret = (
            "authenticator",
            security.totp_factory.generate_totp_secret(),
        )
        spare = security.mf_recovery_codes_util.create_recovery_codes(account)[0]
        db.session.commit()
        return spare


def test_where_it_is_demanded_the_set_up_comes_first(app, client, make_operator, monkeypatch):
    monkeypatch.setitem(app.config, "SECURITY_TWO_FACTOR_REQUIRED", True)
    account = make_operator()
    answer = client.post("/account/login", data={"email": account.email, "password": PASSWORD})
    assert "/account/tf-setup" in answer.location
    assert client.get("/operator").status_code == 302
