"""SP20: looking changes nothing, one POST without cookies stops it at once, one more brings it back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.mail.suppression import Subscription, unsubscribe_path
from tests.factories import Make

STREAM = "operator_digest"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def operator(app: Flask, make_operator: Make, monkeypatch: pytest.MonkeyPatch) -> Any:
    """With real CSRF tokens, which are not asked for here."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    account = make_operator()
    db.session.commit()
    return account


def wanted(account: Any) -> bool:
    return Subscription(account, STREAM).wanted


def events(account: Any) -> list[str]:
    query = select(AuditEntry.name).where(AuditEntry.account_id == account.id).order_by(AuditEntry.id)
    return [name for name in db.session.scalars(query) if "ubscribed" in name]


def test_sp20_looking_changes_nothing(client: Any, operator: Any) -> None:
    path = unsubscribe_path(operator.id, STREAM)
    for look in (client.get, client.head, client.get):
        answer = look(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert client.get(path).page.h1 == "Stop the daily summary?"
    assert wanted(operator)


def test_sp20_one_click_stops_it_at_once(client: Any, operator: Any) -> None:
    answer = client.post(unsubscribe_path(operator.id, STREAM), data=ONE_CLICK)
    assert (answer.status_code, answer.page.h1) == (200, "The daily summary is switched off")
    assert "Set-Cookie" not in answer.headers
    assert not wanted(operator)
    assert events(operator) == ["Unsubscribed"]


def test_sp20_twice_is_once(client: Any, operator: Any) -> None:
    for _ in range(2):
        assert client.post(unsubscribe_path(operator.id, STREAM), data=ONE_CLICK).status_code == 200
    assert events(operator) == ["Unsubscribed"]


def test_sp20_as_a_form_with_parts(client: Any, operator: Any) -> None:
    client.post(unsubscribe_path(operator.id, STREAM), data=ONE_CLICK, content_type="multipart/form-data")
    assert not wanted(operator)


def test_sp20_it_can_be_switched_on_again(client: Any, operator: Any) -> None:
    page = client.post(unsubscribe_path(operator.id, STREAM), data=ONE_CLICK).page
    again = page.one("button", name="emails")
    answer = client.post(page.one("form").get("action"), data={"emails": again.get("value")})
    assert answer.page.h1 == "The daily summary is switched on"
    assert wanted(operator)
    assert events(operator) == ["Unsubscribed", "SubscribedAgain"]


def test_it_is_for_one_account_only(client: Any, operator: Any, make_operator: Make) -> None:
    other = make_operator("other@meridian.example")
    client.post(unsubscribe_path(operator.id, STREAM), data=ONE_CLICK)
    assert wanted(other)


@pytest.mark.parametrize("change", ["x", "é", "%00", "a.b.c"])
def test_an_altered_link_is_not_found(client: Any, operator: Any, change: str) -> None:
    path = unsubscribe_path(operator.id, STREAM)
    for altered in (f"{path}{change}", f"/unsubscribe/{change}"):
        assert client.post(altered, data=ONE_CLICK).status_code == 404
    assert wanted(operator)


def test_a_stream_nobody_can_stop_has_no_link(client: Any, operator: Any) -> None:
    assert client.post(unsubscribe_path(operator.id, "account_reset"), data=ONE_CLICK).status_code == 404
