"""What a clinic that may not go on sees of its open leads: that they are there, why they are frozen, what to do."""

from typing import Any

import pytest
from sqlalchemy import text

from marketplace.clinics import checks
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads import request_actions
from marketplace.leads.actions import ask
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quotes import choosing, stopping
from marketplace.quotes.ending import revoke_consent
from tests.factories import Make

STATEMENT = {"reasons": ["patient_report"], "statement": "Two patients report another price."}
ANY = {"idem": "0190e5f0-0000-7000-8000-000000000001"}
SECRETS = ("blood thinner", "since May", "Is the product safe?", "ana@patient.example", "Ana")


@pytest.fixture
def frozen(desk: Any, make_lead: Make) -> Any:
    given = {"conditions": ["blood_thinner"], "details": "since May", "photos": 1}
    lead = make_lead(desk.clinic, questions=["Is the product safe?"], **given)
    stopping.suspend(desk.clinic, **STATEMENT)
    db.session.commit()
    return lead


def test_the_inbox_says_why_and_what_to_do(desk: Any, frozen: Any) -> None:
    page = desk.get("/dashboard/leads").page
    assert "Your open requests are frozen" in page.text
    assert "Your listing is suspended" in page.text
    assert page.one("a", href=f"/dashboard/leads/{frozen.request.ref}") is not None


def test_the_lead_shows_nothing_that_was_shared(desk: Any, frozen: Any) -> None:
    page = desk.get(f"/dashboard/leads/{frozen.request.ref}").page
    assert page.one("span", class_="tag", data_state="frozen") is not None
    assert not [secret for secret in SECRETS if secret in page.text]
    assert access_records_of(frozen.request) == []


def test_a_check_that_ended_is_named_as_the_reason(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic)
    check = checks.check_of(desk.clinic, "licence")
    stopping.decide_check(check, verdict="revoke", evidence="", source="", expires_on=None, checked_by="A.B.")
    db.session.commit()
    assert "company, licence or people" in desk.get(f"/dashboard/leads/{lead.request.ref}").page.text


@pytest.mark.parametrize("way", ["quote", "undo", "withdraw", "ask", "decline", "reply", "delete-confirmed"])
def test_nothing_can_be_sent(desk: Any, frozen: Any, way: str) -> None:
    assert desk.post(f"/dashboard/leads/{frozen.request.ref}/{way}", data=ANY).status_code == 409
    assert frozen.state == "frozen"


def test_its_photos_are_closed(desk: Any, frozen: Any) -> None:
    photo = db.session.scalar(text("SELECT id FROM photo"))
    db.session.commit()
    assert desk.get(f"/dashboard/leads/{frozen.request.ref}/photos/{photo}").status_code == 409


def test_the_file_has_its_reference_and_nothing_more(desk: Any, frozen: Any) -> None:
    line = desk.get("/dashboard/export.csv").text.splitlines()[1]
    assert line.startswith(f"{frozen.request.ref},frozen,,,,")


def test_another_clinics_frozen_lead_is_not_found(desk: Any, make_clinic: Make, make_lead: Make) -> None:
    other = make_lead(make_clinic("Clinic Nar"))
    stopping.suspend(other.clinic, **STATEMENT)
    db.session.commit()
    assert desk.get(f"/dashboard/leads/{other.request.ref}").status_code == 404


def test_the_database_shows_a_clinic_nothing_of_it_either(desk: Any, frozen: Any) -> None:
    use_role(DatabaseRole.CLINIC, clinic_id=desk.clinic.id)
    for table in ("quote_request", "message", "photo", "quote"):
        assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    assert db.session.scalar(text("SELECT count(*) FROM lead")) == 1
    use_role(DatabaseRole.WORKER)


def test_reinstated_it_is_there_again(desk: Any, frozen: Any) -> None:
    stopping.reinstate(desk.clinic)
    db.session.commit()
    assert "since May" in desk.get(f"/dashboard/leads/{frozen.request.ref}").page.text


def test_a_deletion_is_confirmed_all_the_same(desk: Any, frozen: Any) -> None:
    request_actions.delete_request(frozen.request)
    db.session.commit()
    assert desk.post(f"/dashboard/leads/{frozen.request.ref}/delete-confirmed", data={}).status_code == 303


def test_what_is_to_be_deleted_while_it_is_frozen_is_shown_and_confirmed(desk: Any, frozen: Any) -> None:
    revoke_consent(frozen, "health")
    db.session.commit()
    base = f"/dashboard/leads/{frozen.request.ref}"
    db.session.expire_all()  # as in a session of its own, where the request's row is closed
    links = desk.get("/dashboard/leads").page.all("a", href=base)
    assert len(links) == 2  # frozen, and to delete
    db.session.expire_all()
    page = desk.get(base).page
    assert page.one("form", action=f"{base}/delete-confirmed") is not None
    assert desk.post(f"{base}/delete-confirmed", data={"what": "health"}).status_code == 303
    assert frozen.state == "frozen"
    assert "You confirmed on" in desk.get(base).page.text


def test_who_was_chosen_keeps_the_contact_and_reads_nothing_else(desk: Any, make_quote: Make, make_lead: Make) -> None:
    lead = make_lead(desk.clinic, conditions=["blood_thinner"], details="since May")
    ask(lead, "When was the last time?")
    choosing.choose(make_quote(lead))
    stopping.suspend(desk.clinic, **STATEMENT)
    db.session.commit()
    shown = desk.get(f"/dashboard/leads/{lead.request.ref}").page.text
    assert "ana@patient.example" in shown
    assert "since May" not in shown
    assert "When was the last time?" not in shown


def test_a_clinic_that_goes_on_reads_no_such_note(desk: Any, make_lead: Make) -> None:
    make_lead(desk.clinic)
    db.session.commit()
    assert "frozen" not in desk.get("/dashboard/leads").page.text


def test_a_refusal_says_that_it_is_frozen(desk: Any, frozen: Any) -> None:
    path = f"/dashboard/leads/{frozen.request.ref}"
    page = desk.post(f"{path}/ask", data=ANY).page
    assert page.h1 == "This request is frozen"
    assert page.one("a", class_="btn", href=path) is not None
