"""Emails that are taken along: each is sent once and noted at once, and what is not plain goes by itself."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.mail import batches, delivery, jobs, outbox, patient_emails
from marketplace.mail.domain_limit import DomainLimit
from marketplace.mail.message import SevenBitMessage
from marketplace.mail.models import Email
from marketplace.mail.smtp_outcomes import Outcome, Verdict
from marketplace.mail.suppression import ALL, Reason, suppress
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from tests.factories import stored_request
from tests.mail.draining import Draining
from tests.mail.sending import again_in, forget_jobs
from tests.mail.sink import Sink
from tests.outbox import emails, erase, event_of, jobs_of
from tests.statements import statements_of

NO_WORK = ("SAVEPOINT", "RELEASE", "SELECT set_config")
REFUSED = Outcome(Verdict.AGAIN, "451")


def put(n: int, *, domain: str = "patient.example") -> list[Email]:
    """So many emails with a link each, about as many requests."""
    for number in range(n):
        patient_emails.access_link(event_of(stored_request(email=f"p{number}@{domain}")))
    db.session.commit()
    return emails("access_link")[-n:]


def send_along(*, own: UUID | None = None, limit: DomainLimit | None = None, each_takes: float | None = 0.01) -> bool:
    """As the job of an email does, or of one that is over."""
    limit = limit or DomainLimit()
    limit.each_takes = each_takes
    return batches.send_with_others(
        own or uuid4(), jobs.send, queue=jobs.FIRST, later=jobs.LATER, limit=limit, again=jobs.queue_sending
    )


def states() -> list[tuple[str, int]]:
    return [(email.state, email.attempts) for email in emails("access_link")]


def handed_over(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], Outcome | None]) -> list[str]:
    """To whom emails were handed over, in that order; `answer` is the server."""
    seen: list[str] = []

    def hand_over(message: SevenBitMessage) -> Outcome | None:
        seen.append(message.to.addr_spec)
        return answer(seen[-1])

    monkeypatch.setattr(delivery, "hand_over", hand_over)
    return seen


def due_again() -> list[timedelta | None]:
    """How long each job still waits, by the email's age."""
    waits = [job.scheduled_at and job.scheduled_at - clock.now() for job in jobs_of("mail.send")]
    return sorted(waits, key=lambda wait: wait or timedelta())


def test_each_is_sent_once_with_the_link_of_its_own(sink: Sink, app: Flask) -> None:
    put(3)
    send_along()
    assert states() == [("sent", 1)] * 3
    assert jobs_of("mail.send") == []
    for message, email in zip(sink.given, emails("access_link"), strict=True):
        text = message.get_body(("plain",)).get_content()
        assert f"/q/{signed_links.token(email.id, 'page')}" in text
        assert db.session.get_one(signed_links.SignedLink, email.id).subject_id == email.request_id


def test_one_more_costs_two_statements(sink: Sink, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BEGUN_WITHIN", 60.0)
    counts = []
    for number in (5, 15):
        put(number)
        with statements_of(db.engine) as sent:
            send_along()
        counts.append(Counter(statement for statement in sent if not statement.startswith(NO_WORK)))
    assert len(sink.given) == 20
    more = (counts[1] - counts[0]).values()
    assert [number for number in more if number > 1] == [10, 10]


def test_a_worker_takes_along_what_waits(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    draining, alone = Draining(own_app, monkeypatch, faster=1), []
    monkeypatch.setattr(delivery, "prepare", alone.append)
    monkeypatch.setattr(batches, "BEGUN_WITHIN", 60.0)
    draining.put(30)
    sink = draining.up()
    try:
        assert draining.work(seconds=60)
    finally:
        sink.stop()
    assert draining.states() == {"sent": 30}
    assert len(set(sink.accepted)) == len(sink.accepted) == 30
    assert {len(attempts) for attempts in draining.attempts.values()} == {1}
    assert alone == []


def make_second_attempt(email: Email) -> None:
    email.attempts = 1


def make_suppressed(email: Email) -> None:
    suppress(delivery.contents(email).to, reason=Reason.BOUNCE, scope=ALL)


def make_withdrawn(email: Email) -> None:
    request = db.session.get_one(QuoteRequest, email.request_id)
    with db.session.no_autoflush:
        request.state, request.withdrawn_at = RequestState.WITHDRAWN, clock.now()


def make_erased(email: Email) -> None:
    erase(db.session.get_one(QuoteRequest, email.request_id))


NOT_PLAIN = [make_second_attempt, make_suppressed, make_withdrawn, make_erased]


@pytest.mark.parametrize("change", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_its_own_attempt(sink: Sink, app: Flask, change: Callable[[Email], None]) -> None:
    first, _second = put(2)
    change(first)
    db.session.flush()
    send_along()
    assert [email.state for email in emails("access_link")] == ["waiting", "sent"]
    assert [job.args["email_id"] for job in jobs_of("mail.send")] == [str(first.id)]
    assert due_again() == [None]
    assert len(sink.given) == 1


@pytest.mark.parametrize("change", [make_second_attempt, make_withdrawn, make_erased])
def test_what_changed_since_it_was_prepared_is_not_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch, change: Callable[[Email], None]
) -> None:
    _first, second = put(2)

    def answer(_to: str) -> None:
        change(db.session.get_one(Email, second.id))
        db.session.flush()

    assert handed_over(monkeypatch, answer) == []
    send_along()
    assert [state for state, _attempts in states()] == ["sent", "waiting"]
    assert len(jobs_of("mail.send")) == 1


def test_a_refusal_is_noted_and_ends_the_batch(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(4)
    seen = handed_over(monkeypatch, lambda to: REFUSED if to.startswith("p1@") else None)
    send_along()
    assert (len(seen), states()) == (2, [("sent", 1), ("waiting", 1), ("waiting", 0), ("waiting", 0)])
    rest, later = due_again()[:2], due_again()[2]
    assert rest == [None, None]
    assert timedelta(seconds=5) < later <= timedelta(seconds=10)
    moved = db.text("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'mail.later'")
    assert db.session.scalar(moved) == 1


def test_a_final_refusal_fails_and_leaves_no_job(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1)
    handed_over(monkeypatch, lambda _to: Outcome(Verdict.NEVER, "550"))
    send_along()
    assert (states(), jobs_of("mail.send")) == ([("failed", 1)], [])


def test_whatever_ends_a_batch_what_was_accepted_is_noted_and_the_rest_is_due_in_a_moment(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(4)

    def answer(to: str) -> None:
        if to.startswith("p2@"):
            raise KeyboardInterrupt

    handed_over(monkeypatch, answer)
    with pytest.raises(KeyboardInterrupt):
        send_along()
    db.session.rollback()
    assert states() == [("sent", 1), ("sent", 1), ("waiting", 0), ("waiting", 0)]
    assert len(due_again()) == 2
    assert all(timedelta() < wait <= batches.RESERVED for wait in due_again())


def test_a_batch_that_takes_long_gives_back_what_it_has_not_begun(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(2)
    monkeypatch.setattr(batches, "BEGUN_WITHIN", -1.0)
    send_along()
    assert (states(), due_again()) == ([("waiting", 0)] * 2, [None, None])


def test_a_slow_server_gets_them_by_several_connections(app: Flask) -> None:
    put(2)
    send_along(each_takes=1.5)
    assert (states(), due_again()) == ([("waiting", 0)] * 2, [None, None])


def test_until_it_is_known_how_quick_the_server_is_an_email_goes_by_itself(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = put(2)
    limit, answers = DomainLimit(), iter([None, REFUSED])
    handed_over(monkeypatch, lambda _to: next(answers))
    assert send_along(own=first.id, limit=limit, each_takes=None)
    assert states() == [("sent", 1), ("waiting", 0)]
    assert limit.each_takes is not None
    send_along(limit=limit)
    assert (states()[1], limit.each_takes) == (("waiting", 1), None)


def test_a_refusal_of_the_jobs_own_email_makes_another_job(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    (email,) = put(1)
    forget_jobs()
    handed_over(monkeypatch, lambda _to: REFUSED)
    assert send_along(own=email.id)
    assert (states(), email.last_error) == ([("waiting", 1)], "451")
    assert timedelta(seconds=5) < again_in(email) <= timedelta(seconds=10)


@pytest.mark.parametrize("change", NOT_PLAIN)
def test_the_jobs_own_email_is_left_where_it_is_not_plain(app: Flask, change: Callable[[Email], None]) -> None:
    (email,) = put(1)
    change(email)
    db.session.flush()
    before = states()
    assert not send_along(own=email.id)
    assert states() == before


def test_domains_that_answered_lately_come_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(2, domain="unknown.example")
    put(2, domain="known.example")
    limit = DomainLimit()
    with limit.place("known.example"):
        pass
    seen = handed_over(monkeypatch, lambda _to: None)
    send_along(limit=limit)
    assert [to.partition("@")[2] for to in seen] == ["known.example"] * 2 + ["unknown.example"] * 2


def test_a_domain_without_a_place_is_left_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1, domain="silent.example")
    put(1, domain="good.example")
    limit = DomainLimit()
    limit.take("silent.example")
    limit._domains["silent.example"].silences = 1
    seen = handed_over(monkeypatch, lambda _to: None)
    send_along(limit=limit)
    assert seen == ["p0@good.example"]
    (wait,) = due_again()
    assert timedelta() < wait <= batches.RESERVED


def test_only_its_own_queue_is_taken_along(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1)
    outbox.put("not_chosen", to="desk@clinic.example", audience="clinic", context={"clinic_name": "Lale", "within": ""})
    db.session.commit()
    seen = handed_over(monkeypatch, lambda _to: None)
    send_along()
    assert seen == ["p0@patient.example"]


def test_one_in_another_workers_hand_is_left(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_app.app_context():
        first, _second = put(2)
        first_id: UUID = first.id
        seen = handed_over(monkeypatch, lambda _to: None)
        with db.engine.connect() as other:
            other.exec_driver_sql("SET ROLE role_worker")
            other.exec_driver_sql("SELECT id FROM email WHERE id = %s FOR UPDATE", (first_id,))
            send_along()
            other.exec_driver_sql("RESET ROLE")
        assert seen == ["p1@patient.example"]
        db.session.rollback()
