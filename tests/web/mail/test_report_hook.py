"""What the relay may report, and how it proves who it is."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.mail import delivery, patient_emails
from marketplace.mail.delivery_reports import FRESH, HookReceipt, forget_receipts
from marketplace.mail.models import Email, EmailState
from tests.factories import stored_request
from tests.outbox import event_of, only

SECRET = "a secret the relay shares with us, long enough"


@pytest.fixture
def email(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Email:
    """One that was sent, with a relay that may report on it."""
    monkeypatch.setitem(app.config, "MAIL_HOOK_SECRET", SECRET)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    patient_emails.access_link(event_of(stored_request()))
    email = only("access_link")
    delivery.lifecycle.move(email, EmailState.SENT)
    db.session.commit()
    return email


def report(email_id: object, **changes: object) -> bytes:
    told = {"message_id": f"<{email_id}@127.0.0.1>", "event": "bounce", "diagnostic_code": "smtp; 550 5.1.1 unknown"}
    return json.dumps(told | changes).encode()


def tell(client: Any, body: bytes, *, age: float = 0, secret: str = SECRET, signed: bytes | None = None) -> Any:
    timestamp = str(int(clock.now().timestamp() - age))
    over = timestamp.encode() + b"." + (body if signed is None else signed)
    signature = hmac.new(secret.encode(), over, hashlib.sha256).hexdigest()
    headers = {"Mail-Hook-Timestamp": timestamp, "Mail-Hook-Signature": signature}
    return client.post("/hooks/mail", data=body, headers=headers, content_type="application/json")


def refused(answer: Any) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    told = answer.json
    assert told["status"] == answer.status_code
    assert {"type", "title"} <= told.keys()
    return told["status"], told["code"]


def test_a_bounce_is_taken_without_cookie_or_form_token(client: Any, email: Email) -> None:
    answer = tell(client, report(email.id))
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    db.session.refresh(email)
    assert (email.state, email.last_error) == ("bounced", "5.1.1")


def test_said_again_with_a_new_signature_it_changes_nothing(client: Any, email: Email) -> None:
    assert [tell(client, report(email.id), age=age).status_code for age in (0, 60, 120)] == [204] * 3
    db.session.refresh(email)
    assert email.state == "bounced"


def test_a_mail_id_does_as_well(client: Any, email: Email) -> None:
    body = json.dumps({"mail_id": str(email.id), "event": "complaint"}).encode()
    assert tell(client, body).status_code == 204


def test_a_replay_is_refused(client: Any, email: Email) -> None:
    with clock.set_to(clock.now()):  # a second later it would be signed anew
        assert tell(client, report(email.id)).status_code == 204
        assert refused(tell(client, report(email.id))) == (409, "replay")


def test_a_replay_is_known_until_it_is_too_old(client: Any, email: Email) -> None:
    tell(client, report(email.id))
    assert forget_receipts(clock.now()) == 0
    assert forget_receipts(clock.now() + 4 * FRESH) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"secret": "another secret"}, "signature"), ({"signed": b"{}"}, "signature"), ({"age": 301}, "timestamp"),
     ({"age": -301}, "timestamp")],
)  # fmt: skip
def test_who_does_not_prove_it_changes_nothing(client: Any, email: Email, changes: dict[str, Any], code: str) -> None:
    assert refused(tell(client, report(email.id), **changes)) == (401, code)
    db.session.refresh(email)
    assert email.state == "sent"


def test_without_any_header(client: Any, email: Email) -> None:
    assert refused(client.post("/hooks/mail", data=report(email.id))) == (401, "signature")


def test_an_old_signature_cannot_be_dated_anew(client: Any, email: Email) -> None:
    body, old = report(email.id), str(int(clock.now().timestamp()) - 900)
    signature = hmac.new(SECRET.encode(), old.encode() + b"." + body, hashlib.sha256).hexdigest()
    now = str(int(clock.now().timestamp()))
    headers = {"Mail-Hook-Timestamp": now, "Mail-Hook-Signature": signature}
    assert refused(client.post("/hooks/mail", data=body, headers=headers)) == (401, "signature")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"no json", (400, "json")),
        (b"[]", (400, "json")),
        (b"[" * 60_000, (400, "json")),
        (b"{}", (422, "message_id")),
        (report(uuid7(), event="opened"), (422, "event")),
        (report(uuid7(), event=["bounce"]), (422, "event")),
        (report(uuid7(), diagnostic_code="?"), (422, "diagnostic_code")),
        (report(uuid7()), (404, "email")),
        (b" " * 65_537, (413, "too_large")),
    ],
    ids=["text", "list", "deep", "empty", "event", "events", "code", "unknown", "long"],
)
def test_what_cannot_be_read_is_named(client: Any, email: Email, body: bytes, expected: tuple[int, str]) -> None:
    assert refused(tell(client, body)) == expected


def test_looking_is_not_allowed(client: Any, email: Email) -> None:
    answer = client.get("/hooks/mail")
    assert refused(answer) == (405, "method")
    assert answer.headers["Allow"] == "POST"


def test_without_a_secret_there_is_no_hook(client: Any, email: Email, app: Flask) -> None:
    app.config["MAIL_HOOK_SECRET"] = ""
    assert refused(tell(client, report(email.id), secret="")) == (404, "not_found")
    assert refused(client.get("/hooks/mail")) == (404, "not_found")


def test_what_was_refused_may_be_mended_and_sent_again(client: Any, email: Email) -> None:
    tell(client, report(uuid7()))
    assert db.session.query(HookReceipt).count() == 0
