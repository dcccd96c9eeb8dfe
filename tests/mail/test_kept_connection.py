"""One SMTP connection for many emails: kept for a while, replaced where it is over, never for what is unclear."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.mail import outbox, transport
from marketplace.mail.models import Email
from tests.browser import wait_for
from tests.mail.sending import send
from tests.mail.sink import Sink

CONTEXT = {"within": ""}


@pytest.fixture(autouse=True)
def none_kept() -> Iterator[None]:
    """Each test begins and ends without a connection."""
    transport.quit_all()
    yield
    transport.quit_all()


def put(n: int = 1) -> list[Email]:
    return [
        outbox.put("account_password_changed", to=f"p{i}@clinic.example", audience="account", context=CONTEXT)
        for i in range(n)
    ]


def kept() -> int:
    return sum(len(sessions) for sessions in transport._kept.values())


def test_emails_share_a_connection(sink: Sink) -> None:
    for email in put(3):
        assert send(email).state == "sent"
    assert (sink.connections, len(sink.given), kept()) == (1, 3, 1)


def test_after_so_many_emails_a_new_one_is_made(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_MESSAGES", 2)
    for email in put(5):
        send(email)
    assert (sink.connections, len(sink.given)) == (3, 5)


def test_a_refusal_of_one_email_ends_no_connection(sink: Sink) -> None:
    first, second, third = put(3)
    send(first)
    sink.mode = "550"
    assert send(second).last_error == "550"
    sink.mode = "ok"
    assert send(third).state == "sent"
    assert sink.connections == 1


@pytest.mark.parametrize("mode", ["421", "drop", "hang", "nonsense"])
def test_what_ended_badly_is_not_used_again(sink: Sink, mode: str) -> None:
    first, second = put(2)
    sink.mode = mode
    send(first)
    assert kept() == 0
    sink.mode = "ok"
    assert send(second).state == "sent"
    assert sink.connections == 2


def test_a_server_that_hung_up_meanwhile_gets_the_email_by_a_new_connection(sink: Sink) -> None:
    first, second = put(2)
    send(first)
    sink.hang_up()
    assert (send(second).state, second.attempts, sink.connections) == ("sent", 1, 2)
    assert len(sink.given) == 2


def test_an_idle_connection_is_given_up(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "KEPT_SECONDS", 0.05)
    send(put()[0])
    wait_for(lambda: kept() == 0, seconds=5)


def test_another_server_gets_a_connection_of_its_own(sink: Sink, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = put(2)
    send(first)
    other = Sink()
    other.start()
    monkeypatch.setattr(app.extensions["mail"], "port", other.port)
    assert send(second).state == "sent"
    assert (len(sink.given), len(other.given)) == (1, 1)
    other.stop()
