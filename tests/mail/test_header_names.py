"""Names are words: whatever a site, a clinic or a subject is called, an email has one sender and one recipient."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace.extensions import db
from marketplace.mail import delivery, outbox, transport
from marketplace.mail.links import PageLink
from marketplace.mail.message import SevenBitMessage, one_address
from tests.factories import ADDRESS

DESK = "quotes@meridian.example"
HEADERS = [
    "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To",
    "Subject", "To",
]  # fmt: skip
HOSTILE = (
    "Zoë <b@evil.example>,", "\r\nBcc: b@evil.example", "\nX-Evil: 1", "=?utf-8?q?=0D=0ABcc:_b=40evil.example?=",
    '"', "\\", ",", ";", ":", "<", ">", "(", ")", "@", "b@evil.example", "\u2028", "\x85", "\x0b", "İzmir", "a " * 60,
    "b" * 120, "مرحبا", "👩‍⚕️", "=?", "?=", "\t",
)  # fmt: skip
words = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    min_size=1,
    max_size=6,
).map("".join)
LONG_ONE = "a" * 80 + " =?utf-8?q?x=0D=0ABcc:_b=40evil.example?= " + "b" * 40


class Wire:
    """Takes what would be sent."""

    data_sent = False
    raw: bytes | None = None

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def deliver(self, message: SevenBitMessage) -> None:
        """As a session does it."""
        if message.has_bad_headers():
            raise ValueError
        self.raw = message.as_bytes()


@pytest.fixture
def wire(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """In the place of the connection."""
    taken = Wire()
    monkeypatch.setattr(transport, "open_session", lambda: taken)
    name = app.config["SITE_NAME"]
    yield taken
    app.config["SITE_NAME"] = name


def handed_over(app: Flask, wire: Wire, *, site: str, clinic: str, subject: str) -> EmailMessage | None:
    """What left, read by a careful reader; None when it was refused for good."""
    wire.raw, app.config["SITE_NAME"] = None, site
    with db.session.begin_nested() as undone:
        context = {"clinic_name": clinic, "result": "live", "reasons": [], "statement": []}
        email = outbox.put("listing_result", to=ADDRESS, audience="clinic", context=context, link=PageLink("/x"))
        email.subject = subject
        assert delivery.prepare(email.id)
        assert delivery.attempt(email.id) is None
        assert (email.state, email.last_error) == (("sent", None) if wire.raw else ("failed", "unsendable"))
        undone.rollback()
    return message_from_bytes(wire.raw, policy=default) if wire.raw else None  # type: ignore[return-value]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(site=words, clinic=words, subject=words)
@example(site="Zoë <b@evil.example>,", clinic="Zoë <b@evil.example>,", subject="Zoë <b@evil.example>,")
@example(site=LONG_ONE, clinic=LONG_ONE, subject=LONG_ONE)
@example(site="Meridian", clinic="x", subject="one\r\n\r\nbody")
@example(site="Meridian", clinic="x", subject="\u2028")
def test_one_sender_one_recipient_and_no_header_more(
    app: Flask, wire: Wire, site: str, clinic: str, subject: str
) -> None:
    message = handed_over(app, wire, site=site, clinic=clinic, subject=subject)
    breaks = any(c in site + subject for c in "\r\n")
    assert (message is None) == breaks
    if message is None or wire.raw is None:
        return
    for reader in (message, message_from_bytes(wire.raw, policy=compat32)):
        assert sorted(reader.keys()) == HEADERS
    for name, address in {"From": DESK, "Reply-To": DESK, "To": ADDRESS}.items():
        assert [found.addr_spec for found in message[name].addresses] == [address]
    assert wire.raw.isascii()
    assert max(map(len, wire.raw.splitlines())) <= 998


@pytest.mark.parametrize("name", ["Zoë <b@evil.example>, Co", "Meridian", "Лидия", 'A "quoted" name', "=?utf-8?q?x?="])
def test_a_name_arrives_as_it_is(app: Flask, wire: Wire, name: str) -> None:
    message = handed_over(app, wire, site=name, clinic="x", subject=name)
    assert message["from"].addresses[0].display_name == name
    assert message["subject"] == name


@pytest.mark.parametrize(
    "text", ["", "ana", "a@b.example, c@d.example", "Ana <a@b.example>", "zoë@b.example", "a@b.example\r\nBcc: c@d.e"]
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        one_address(text)


def test_a_domain_travels_in_ascii() -> None:
    assert one_address("ana@bücher.example").addr_spec == "ana@xn--bcher-kva.example"
