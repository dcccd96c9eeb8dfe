"""Servers that cut, hang, answer nonsense, or cannot be trusted: what follows for the email, and for the next one."""

import itertools
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import delivery, jobs, patient_emails, transport
from marketplace.mail.models import Email
from tests.factories import stored_lead
from tests.mail.sending import again_in, forget_jobs, send, send_until_over
from tests.mail.sink import Sink
from tests.outbox import event_of, jobs_of, only

AMBIGUOUS = timedelta(minutes=5)


@pytest.fixture
def email(app: Flask) -> Email:
    """A patient's email that waits."""
    patient_emails.choice_undone(event_of(stored_lead()))
    return only("choice_undone")


@pytest.mark.parametrize(
    ("mode", "code"), [("421", "421"), ("421_early", "421"), ("drop_early", "disconnected"), ("hang_early", "timeout")]
)
def test_an_ending_before_the_body_or_with_an_answer_is_clear(sink: Sink, email: Email, mode: str, code: str) -> None:
    sink.mode = mode
    assert send(email).state == "waiting"
    assert (email.last_error, email.unclear_attempts) == (code, 0)
    sink.mode = "ok"
    assert send(email).state == "sent"


@pytest.mark.parametrize(("mode", "code"), [("drop", "disconnected"), ("hang", "timeout"), ("nonsense", "unreachable")])
def test_an_ending_after_the_body_is_ambiguous(sink: Sink, email: Email, mode: str, code: str) -> None:
    sink.mode = mode
    forget_jobs()
    assert send(email).state == "waiting"
    assert email.unclear_attempts == 1
    assert email.last_error == code
    assert again_in(email) > AMBIGUOUS - timedelta(seconds=10)


@pytest.mark.parametrize("mode", ["drop", "nonsense"])
def test_three_copies_at_most_however_it_goes_on(sink: Sink, email: Email, mode: str) -> None:
    sink.mode = mode
    gaps = send_until_over(email)
    assert (len(sink.given), email.state) == (3, "failed")
    assert min(gaps) >= AMBIGUOUS
    assert len({message["message-id"] for message in sink.given}) == 1


def test_a_second_job_does_not_shorten_the_wait(sink: Sink, email: Email) -> None:
    sink.mode = "drop"
    send(email)
    forget_jobs()
    jobs.send(email_id=str(email.id))
    assert (len(sink.given), email.attempts) == (1, 1)
    assert again_in(email) > AMBIGUOUS - timedelta(seconds=10)


def test_the_sweeper_leaves_what_waits_for_its_next_attempt(sink: Sink, email: Email) -> None:
    sink.mode = "451"
    with clock.set_to(clock.now() + timedelta(hours=1)):
        email.attempts = 20
        send(email)
        forget_jobs()
    assert jobs.sweep_waiting(clock.now() + timedelta(hours=1, minutes=40)) == 0
    assert jobs.sweep_waiting(clock.now() + timedelta(hours=1, minutes=46)) == 1


def test_gaps_grow_and_end_after_three_days(nobody_listens: None, email: Email) -> None:
    began = email.waiting_at
    gaps = send_until_over(email)
    assert all(later >= earlier for earlier, later in itertools.pairwise(gaps))
    assert gaps[0] < gaps[1] < gaps[2]
    assert gaps[-1] == timedelta(minutes=30)
    assert timedelta(hours=72) <= email.failed_at - began < timedelta(hours=72, minutes=31)
    assert email.last_error == "refused"


def test_a_server_that_drips_is_given_up(sink: Sink, email: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", 30.0)
    monkeypatch.setattr(transport, "MAX_SECONDS", 0.3)
    sink.mode = "hang_early"
    began = time.monotonic()
    assert send(email).state == "waiting"
    assert (email.last_error, email.unclear_attempts, sink.given) == ("disconnected", 0, [])
    assert time.monotonic() - began < 5


def test_connecting_has_a_time_out_too(sink: Sink) -> None:
    host = transport.open_session().configure_host()
    assert host.timeout == transport.TIMEOUT
    host.close()


def test_no_talk_outlasts_the_databases_patience() -> None:
    assert transport.TIMEOUT < transport.MAX_SECONDS < 60


def test_a_hanging_server_holds_one_email_for_the_time_out_only(sink: Sink, email: Email) -> None:
    sink.mode = "hang_early"
    began = time.monotonic()
    send(email)
    assert time.monotonic() - began < 5


def test_one_recipient_a_mail(sink: Sink, app: Flask) -> None:
    from marketplace.mail import outbox

    two = "ana@patient.example, b@evil.example"
    email = outbox.put("access_link", to=two, audience="patient", context={})
    assert send(email).state == "failed"
    assert (email.last_error, sink.given) == ("unsendable", [])


@pytest.fixture
def unsigned(tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A server that offers TLS with a certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))
    server = Sink(tls_context=context)
    server.start()
    _with_tls(app, monkeypatch, port=server.port)
    yield server
    server.stop()


def test_a_certificate_nobody_vouches_for_ends_it(unsigned: Sink, email: Email) -> None:
    assert send(email).state == "waiting"
    assert (email.last_error, unsigned.given) == ("tls", [])


def test_without_tls_nothing_leaves_in_clear(
    sink: Sink, email: Email, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_tls(app, monkeypatch, port=sink.port)
    assert send(email).state == "waiting"
    assert (email.last_error, sink.given) == ("tls", [])


def test_a_killed_attempt_is_counted(sink: Sink, email: Email) -> None:
    assert delivery.prepare(email.id)
    db.session.commit()
    db.session.rollback()
    assert send(email).attempts == 2
    assert jobs_of("mail.send", email_id=email.id)


def _with_tls(app: Flask, monkeypatch: pytest.MonkeyPatch, *, port: int) -> None:
    for name, value in {"server": "127.0.0.1", "port": port, "suppress": False, "use_tls": True}.items():
        monkeypatch.setattr(app.extensions["mail"], name, value)


def _own_certificate(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    dates = SimpleNamespace(begin=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2090, 1, 1, tzinfo=UTC))
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(dates.begin).not_valid_after(dates.end)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "own.pem"
    path.write_bytes(pem + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path
