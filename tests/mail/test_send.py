"""Sending over real SMTP, to a server that behaves and to one that does not."""

import itertools
import os
import re
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.sealed import keyring
from marketplace.mail import jobs, patient_emails
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from tests.factories import ADDRESS, build_clinic, stored_lead, stored_request
from tests.mail.sending import again_in, forget_jobs, send
from tests.mail.sink import Sink
from tests.outbox import erase, event_of, jobs_of, only


@pytest.fixture
def email(app: Flask) -> Email:
    """A patient's email that waits."""
    patient_emails.choice_undone(event_of(stored_lead()))
    return only("choice_undone")


def token_in(message: EmailMessage) -> str:
    text = message.get_body(("plain",)).get_content()
    return re.search(r"/q/([\w=-]+)", text)[1]


def test_an_accepted_email_is_sent(sink: Sink, email: Email) -> None:
    assert send(email).state == "sent"
    assert email.attempts == 1
    assert sink.recipients == [[ADDRESS]]


def test_what_arrives_is_whole(sink: Sink, email: Email) -> None:
    send(email)
    message = sink.one()
    assert message["subject"] == "Your choice is undone"
    assert message["to"] == ADDRESS
    assert message["from"] == message["reply-to"] == "Meridian <quotes@meridian.example>"
    assert message["auto-submitted"] == "auto-generated"
    assert message["date"].datetime
    assert message["message-id"] == f"<{email.id}@127.0.0.1>"


def test_text_and_html_are_two_forms_of_one_thing(sink: Sink, email: Email) -> None:
    send(email)
    message = sink.one()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_it_travels_in_seven_bits_and_short_lines(sink: Sink, app: Flask) -> None:
    patient_emails.request_sent(event_of(stored_lead(clinic=build_clinic("Klinik Güzelyalı İzmir"))))
    send(only("request_sent"))
    raw = sink.one().as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    assert "Klinik Güzelyalı İzmir" in sink.one().get_body(("plain",)).get_content()
    assert "Klinik Güzelyalı İzmir" in sink.one().get_body(("html",)).get_content()


def test_the_link_in_it_opens_the_request(sink: Sink, email: Email) -> None:
    send(email)
    link = signed_links.redeem(token_in(sink.one()), purpose="page")
    assert link.subject_id == email.request_id
    assert timedelta(days=6, hours=23) < link.expires_at - clock.now() <= timedelta(days=7)
    text, html = (sink.one().get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert f"http://127.0.0.1:8000/q/{token_in(sink.one())}?to=compare" in text
    assert html.count(f"/q/{token_in(sink.one())}?to=compare") == 3
    assert "[[link]]" not in text + html


def test_a_sent_email_is_not_sent_again(sink: Sink, email: Email) -> None:
    send(email)
    send(email)
    assert len(sink.given) == 1


def test_an_unknown_email_is_no_error(sink: Sink) -> None:
    jobs.send(email_id=str(uuid4()))
    assert sink.given == []


def test_a_temporary_refusal_is_tried_again_with_the_same_id_and_link(sink: Sink, email: Email) -> None:
    sink.mode = "451"
    assert send(email).state == "waiting"
    assert (email.attempts, email.last_error, email.unclear_attempts) == (1, "451", 0)
    sink.mode = "ok"
    assert send(email).state == "sent"
    first, second = sink.given
    assert first["message-id"] == second["message-id"]
    assert token_in(first) == token_in(second)


def test_pauses_grow(sink: Sink, email: Email) -> None:
    sink.mode = "451"
    moments = [clock.now()]
    for _ in range(3):
        moments.append(send(email).retry_at)
    gaps = [round((later - earlier).total_seconds()) for earlier, later in itertools.pairwise(moments)]
    assert gaps == [10, 20, 40]


@pytest.mark.parametrize("mode", ["550", "no_such_user"])
def test_a_final_refusal_fails_at_once(sink: Sink, email: Email, mode: str) -> None:
    sink.mode = mode
    forget_jobs()
    assert send(email).state == "failed"
    assert (email.attempts, email.last_error) == (1, "550")
    assert jobs_of("mail.send") == []


def test_a_cut_after_the_body_waits_five_minutes_and_stops_at_three_copies(sink: Sink, email: Email) -> None:
    sink.mode = "drop"
    for copies in (1, 2):
        forget_jobs()
        assert send(email).state == "waiting"
        assert email.unclear_attempts == copies
        assert again_in(email) > timedelta(minutes=4, seconds=50)
    assert send(email).state == "failed"
    assert (len(sink.given), email.last_error) == (3, "disconnected")


def test_a_silent_server_is_given_up(sink: Sink, email: Email) -> None:
    sink.mode = "hang"
    assert send(email).state == "waiting"
    assert (email.last_error, email.unclear_attempts) == ("timeout", 1)


def test_no_server_is_not_ambiguous(nobody_listens: None, email: Email) -> None:
    forget_jobs()
    assert send(email).state == "waiting"
    assert (email.last_error, email.unclear_attempts) == ("refused", 0)
    assert again_in(email) <= timedelta(seconds=10)


def test_after_three_days_it_fails(nobody_listens: None, email: Email) -> None:
    send(email)
    with clock.set_to(clock.now() + timedelta(hours=72, minutes=1)):
        assert send(email).state == "failed"
    assert (email.attempts, email.last_error) == (1, "refused")


def test_an_operator_can_try_a_failed_one_again(sink: Sink, email: Email) -> None:
    sink.mode = "550"
    send(email)
    sink.mode = "ok"
    jobs.retry(email.id)
    assert email.state == "waiting"
    assert send(email).state == "sent"
    with pytest.raises(WrongState):
        jobs.retry(email.id)


def test_an_erased_request_gets_no_mail(sink: Sink, email: Email) -> None:
    erase(db.session.get_one(QuoteRequest, email.request_id))
    assert send(email).state == "suppressed"
    assert email.last_error == "erased"
    assert sink.given == []


def test_a_request_taken_back_a_moment_ago_gets_no_link(sink: Sink, email: Email) -> None:
    request = db.session.get_one(QuoteRequest, email.request_id)
    with db.session.no_autoflush:
        request.state, request.withdrawn_at = RequestState.WITHDRAWN, clock.now()
    db.session.flush()
    assert send(email).state == "suppressed"
    assert sink.given == []


def test_a_confirmation_is_not_sent_after_it_was_used(sink: Sink, app: Flask) -> None:
    request = stored_request(RequestState.UNCONFIRMED)
    patient_emails.confirm_request(event_of(request))
    with db.session.no_autoflush:
        request.state, request.open_at = RequestState.OPEN, clock.now()
    db.session.flush()
    assert send(only("confirm_request")).state == "suppressed"
    assert sink.given == []


def test_the_last_email_forgets_whom_it_went_to(sink: Sink, app: Flask) -> None:
    patient_emails.request_deleted(event_of(stored_request()))
    email = send(only("request_deleted"))
    assert (email.state, email.data_key) == ("sent", None)
    assert sink.recipients == [[ADDRESS]]


def test_a_senders_name_cannot_become_an_address(
    sink: Sink, app: Flask, email: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_DEFAULT_SENDER", '"Zoë <b@evil.example>, Co" <quotes@meridian.example>')
    send(email)
    (sender,) = sink.one()["from"].addresses
    assert sender.addr_spec == "quotes@meridian.example"
    assert sender.display_name == "Zoë <b@evil.example>, Co"


def test_an_address_that_cannot_be_sent_to_fails_for_good(sink: Sink, app: Flask) -> None:
    patient_emails.access_link(event_of(stored_request(email="ana@patient.example\r\nBcc: b@evil.example")))
    email = send(only("access_link"))
    assert (email.state, email.last_error) == ("failed", "unsendable")
    assert sink.given == []


def test_without_its_master_key_it_waits_and_is_not_taken_for_erased(sink: Sink, email: Email) -> None:
    known = keyring._masters
    keyring._masters = {b"othr": os.urandom(32)}
    try:
        assert send(email).state == "waiting"
    finally:
        keyring._masters = known
    assert sink.given == []
    assert send(email).state == "sent"
