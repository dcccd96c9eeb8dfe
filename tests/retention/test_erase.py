"""What is left of a request once it is erased: ids, states, moments."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from marketplace.aftercare.check_ins import answer
from marketplace.aftercare.models import CheckIn
from marketplace.aftercare.states import CheckInState
from marketplace.extensions import db, metadata
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import idempotency, signed_links
from marketplace.foundation.security.idempotency import Submission
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.leads.actions import answer_question, ask, record_access
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import delete_request
from marketplace.leads.states import LeadState
from marketplace.mail import delivery, outbox
from marketplace.mail.models import EmailState
from marketplace.quote_requests import answer_changes
from marketplace.quote_requests.models import AccessRecord, QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.models import Quote
from marketplace.retention.erasure import erase, erase_now, listed
from tests.factories import Make
from tests.outbox import emails, jobs_of

MARKS = {
    "name": "Zenobia Marker",
    "email": "zenobia.marker@patient.example",
    "phone": "+44 20 7946 0999",
    "details": "marker of health",
    "questions": ["Is the marker sealed?"],
}


@pytest.fixture
def marked(make_lead: Make, make_quote: Make) -> QuoteRequest:
    """A request with something personal in every place there is."""
    lead = make_lead(conditions=["allergy"], photos=2, **MARKS)
    ask(lead, "Which marker?")
    answer_question(lead, "The marker on the left")
    record_access(lead, actor="member:x", what="health")
    make_quote(lead, message="Dear Zenobia", answers=("Yes",), if_something_goes_wrong="Zenobia calls us")
    link = signed_links.issue("page", subject_id=lead.request_id, lifetime=timedelta(days=7))
    typed = {"body": ["Zenobia"]}
    idempotency.claim(Submission(uuid4(), "/messages", typed, b"browser", ref=lead.request.ref))
    token = uuid4()
    idempotency.claim(Submission(token, "/messages", typed, b"browser"))
    idempotency.keep_answer(token, f"/my/requests/{lead.request.ref}/messages/x")
    assert link.id
    asked = {"week": 2, "due_at": clock.now(), "asked_at": clock.now(), "state": CheckInState.ASKED}
    check_in = CheckIn(request_id=lead.request_id, **asked)
    db.session.add(check_in)
    db.session.flush()
    answer(check_in, "marker")
    request: QuoteRequest = lead.request
    before = answer_changes.begin(request)
    request.trips = "1"
    answer_changes.done(request, before)
    return request


def tables_that_name(request: QuoteRequest, *more: str) -> set[str]:
    """Where in the database a row still holds one of these values, in any column."""
    values = [str(request.id), request.ref, *more]
    found = set()
    names = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    for name in names:
        query = text(f'SELECT count(*) FROM "{name}" AS row WHERE row::text LIKE ANY(:values)')
        if db.session.scalar(query, {"values": [f"%{value}%" for value in values]}):
            found.add(name)
    return found


BARE = {
    "quote_request",
    "lead",
    "deletion_duty",
    "quote",
    "consent",
    "routing_decision",
    "routing_count",
    "email",
    "audit_entry",
}


def test_only_bare_rows_are_left(marked: QuoteRequest) -> None:
    assert {
        "message",
        "access_record",
        "photo",
        "earlier_answer",
        "signed_link",
        "form_token",
        "procrastinate_jobs",
    } & tables_that_name(marked)
    erase(marked)
    left = tables_that_name(marked) - BARE - {"erasure"}
    # Jobs that are left carry mail to clinics: it is theirs and names nobody.
    assert left <= {"procrastinate_jobs", "routing_count"}
    assert db.session.scalar(select(AccessRecord.id)) is None
    assert not db.session.execute(text("SELECT 1 FROM message")).all()


def test_every_sealed_column_is_empty(marked: QuoteRequest) -> None:
    sealed = [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed") and str(column.type) in {"BLOB", "BYTEA"}
    ]
    assert len(sealed) >= 10
    erase(marked)
    db.session.flush()
    for table, column in sealed:
        whole = {
            "message": "true",
            "access_record": "true",
            "earlier_answer": "true",
            "form_token": "true",
            "photo": "true",
            "check_in": "true",
            "price_answer": "true",
            "session_record": "true",
        }  # no row of them is left
        theirs = {"quote_request": "id = :id", "quote": "request_id = :id", **whole}.get(
            table, "request_id = :id AND audience = 'patient'"
        )
        query = text(f"SELECT count({column}) FROM {table} WHERE {theirs}")
        assert db.session.scalar(query, {"id": marked.id}) == 0, (table, column)


def test_the_key_and_the_open_answers_are_gone(marked: QuoteRequest) -> None:
    erase(marked)
    kept = {"id", "ref", "locale", "state", "created_at"}
    for column in QuoteRequest.__table__.columns:
        if column.name not in kept and not column.name.endswith("_at"):
            assert not getattr(marked, column.name) or column.name.endswith("_answered"), column.name
    quote = db.session.scalars(select(Quote)).one()
    assert (quote.message_sealed, quote.answers_sealed, quote.if_something_goes_wrong) == (None, None, None)


def test_the_audit_log_says_that_and_when_and_nothing_else(marked: QuoteRequest) -> None:
    erase(marked)
    rows = db.session.execute(
        text("SELECT row::text FROM audit_entry AS row WHERE request_id = :id"), {"id": marked.id}
    )
    told = "\n".join(row for (row,) in rows)
    assert "RequestErased" in told
    assert not any(word in told for word in ("Zenobia", "marker", "patient.example", "7946 0999", "allergy", "GB"))


def test_waiting_mail_to_the_patient_is_not_sent_and_its_job_is_gone(marked: QuoteRequest) -> None:
    (waiting,) = emails("clinic_asked")
    erase(marked)
    db.session.refresh(waiting)
    assert (waiting.state, waiting.last_error) == (EmailState.SUPPRESSED, "erased")
    assert not jobs_of("mail.send", email_id=waiting.id)


def test_the_last_email_still_goes_and_then_forgets(marked: QuoteRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    erase_now(marked)
    (last,) = emails("request_deleted")
    assert delivery.contents(last).to == MARKS["email"]
    assert jobs_of("mail.send", email_id=last.id)
    monkeypatch.setattr(delivery, "hand_over", lambda _message: None)
    assert delivery.prepare(last.id)
    assert delivery.attempt(last.id) is None
    assert (last.state, last.recipient_sealed, last.text_sealed) == (EmailState.SENT, None, None)


def test_clinics_are_told_when_the_keeper_erases(marked: QuoteRequest) -> None:
    erase_now(marked)
    assert len(emails("delete_data")) == 1
    assert db.session.scalars(select(Lead.state)).all() == [LeadState.REVOKED]
    assert marked.state == RequestState.ERASED


def test_another_request_keeps_everything(marked: QuoteRequest, make_request: Make) -> None:
    other = make_request(email="other@patient.example")
    before = [row.state for row in emails("request_sent")]
    erase(marked)
    assert other.box.open("quote_request.contact_sealed", other.contact_sealed)["email"] == "other@patient.example"
    assert before[-1] == emails("request_sent")[-1].state == EmailState.WAITING


def test_it_is_listed_once(marked: QuoteRequest) -> None:
    erase(marked)
    erase(marked)
    assert listed() == [(marked.id, marked.erased_at)]


def test_the_pages_are_gone(client: Any, marked: QuoteRequest, sign_in: Callable[..., Any], make_member: Make) -> None:
    clinic = db.session.scalars(select(Lead)).one().clinic
    link = signed_links.issue("page", subject_id=marked.id, lifetime=timedelta(days=7))
    assert client.get(f"/q/{signed_links.token_of(link)}").status_code == 303
    erase(marked)
    db.session.commit()
    base = f"/my/requests/{marked.ref}"
    for path in (
        "",
        "/compare",
        "/sharing",
        "/export",
        "/delete",
        "/quotes/1",
        f"/messages/{clinic.slug}",
        "/answers/health",
    ):
        assert client.get(base + path).status_code == 404, path
    assert client.get(f"/q/{signed_links.token_of(link)}").status_code == 404
    sign_in(make_member(clinic))
    assert client.get(f"/dashboard/leads/{marked.ref}").status_code == 404
    for tab in ("new", "quoted", "won", "closed"):
        assert marked.ref not in client.get(f"/dashboard/leads?state={tab}").page.text


def test_a_clinic_can_still_confirm_that_its_copy_is_gone(
    client: Any, marked: QuoteRequest, sign_in: Callable[..., Any], make_member: Make
) -> None:
    clinic = db.session.scalars(select(Lead)).one().clinic
    erase_now(marked)
    db.session.commit()
    sign_in(make_member(clinic))
    assert marked.ref in client.get("/dashboard/leads?state=closed").page.text
    page = f"/dashboard/leads/{marked.ref}"
    assert client.get(page).status_code == 200
    assert client.post(page + "/delete-confirmed").status_code == 303


def test_operators_read_that_it_is_erased(
    client: Any, marked: QuoteRequest, sign_in: Callable[..., Any], make_operator: Make
) -> None:
    erase(marked)
    db.session.commit()
    sign_in(make_operator())
    for path in ("/operator/requests", f"/operator/requests/{marked.ref}", "/operator/emails", "/operator"):
        text_ = client.get(path).page.text
        assert "Zenobia" not in text_


def test_an_email_put_later_than_the_erasure_is_refused(marked: QuoteRequest) -> None:
    erase(marked)
    with pytest.raises(CannotOpen):
        outbox.put("access_link", to="x@patient.example", audience="patient", context={}, request=marked)
    with pytest.raises(WrongState):
        delete_request(marked)
