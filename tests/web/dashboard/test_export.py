"""The clinic's requests as a CSV (SP21): its own only, without anything of the person."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads import request_actions
from marketplace.quotes import lead_export
from tests.factories import PASSWORD, Make, build_clinic, build_member

PATH = "/dashboard/export.csv"


@pytest.fixture
def clinic(make_clinic: Make) -> Any:
    return make_clinic()


@pytest.fixture
def owner(client: Any, clinic: Any, make_member: Make, sign_in: Any) -> Any:
    return sign_in(make_member(clinic))


def rows(client: Any) -> list[dict[str, str]]:
    db.session.commit()
    answer = client.get(PATH)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.text.count("\r\n") == answer.text.count("\n")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_one_line_a_request_with_its_standing_quote(owner: Any, clinic: Any, make_quote: Make, make_lead: Make) -> None:
    lead = make_quote(lead=make_lead(clinic)).lead
    fresh = make_lead(clinic, email="eva@patient.example")
    (first, second) = rows(owner)
    assert first["reference"] == fresh.request.ref
    assert [first[name] for name in ("quote_number", "quote_total", "opened_at")] == ["", "", ""]
    assert second == {
        "reference": lead.request.ref,
        "state": "quoted",
        "procedure": "facial",
        "home_country": "GB",
        "languages": "en",
        "came_at": lead.new_at.isoformat(timespec="seconds"),
        "due_at": lead.due_at.isoformat(timespec="seconds"),
        "opened_at": "",
        "answered_at": lead.answered_at.isoformat(timespec="seconds"),
        "quote_number": "1",
        "quote_total": "480.00",
        "quote_currency": "EUR",
        "quote_state": "sent",
    }


def test_nothing_of_the_person_is_in_it(owner: Any, clinic: Any, make_lead: Make) -> None:
    make_lead(clinic, name="Xanthippe", conditions=["allergy"], details="Lidocaine", questions=["Is it sealed?"])
    db.session.commit()
    content = owner.get(PATH).text
    for word in ("Xanthippe", "patient.example", "allergy", "Lidocaine", "sealed"):
        assert word not in content


def test_sp3_another_clinics_are_not_in_it(
    owner: Any, clinic: Any, make_lead: Make, make_clinic: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _rivals = make_lead(clinic), make_lead(make_clinic("Clinic Nar"))
    assert [row["reference"] for row in rows(owner)] == [own.request.ref]
    # Were the query to forget whose they are, the database would still know.
    everyone = lead_export._query
    monkeypatch.setattr(lead_export, "_query", lambda clinic_id: without_owner(everyone(clinic_id)))
    use_role(DatabaseRole.CLINIC, clinic_id=clinic.id)
    assert [line[0] for line in lead_export.export_leads(clinic.id)] == [own.request.ref]


def without_owner(query: Any) -> Any:
    conditions = [c for c in query.whereclause.clauses if "clinic_id" not in str(c)]
    query._where_criteria = tuple(conditions)
    return query


def test_whose_consent_is_taken_back_keeps_the_reference_only(owner: Any, clinic: Any, make_lead: Make) -> None:
    lead = make_lead(clinic)
    request_actions.delete_request(lead.request)
    (row,) = rows(owner)
    assert (row["reference"], row["state"]) == (lead.request.ref, "revoked")
    assert (row["procedure"], row["home_country"], row["languages"]) == ("", "", "")


def test_it_is_one_query_however_many(owner: Any, clinic: Any, make_lead: Make, make_quote: Make) -> None:
    for n in range(4):
        make_quote(lead=make_lead(clinic, email=f"p{n}@patient.example"))
    clinic_id = clinic.id
    with counted() as selects:
        lead_export.export_leads(clinic_id)
    assert len(selects) == 1


@contextmanager
def counted() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_ignored: Any) -> None:
        if statement.startswith("SELECT") and "set_config" not in statement:
            found.append(statement)

    event.listen(db.engines[None], "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engines[None], "before_cursor_execute", note)


def test_it_has_an_end_and_keeps_the_newest(
    owner: Any, clinic: Any, make_lead: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_export, "MAX_ROWS", 1)
    make_lead(clinic)
    newest = make_lead(clinic, email="eva@patient.example")
    assert [row["reference"] for row in rows(owner)] == [newest.request.ref]


def test_sp21_a_cell_that_begins_as_a_formula_is_text(
    owner: Any, clinic: Any, make_quote: Make, make_lead: Make
) -> None:
    lead = make_quote(lead=make_lead(clinic)).lead
    db.session.execute(text("UPDATE quote_request SET home_country = '=1+1' WHERE id = :id"), {"id": lead.request_id})
    assert rows(owner)[0]["home_country"] == "'=1+1"


def test_it_is_recorded_and_a_look_by_head_takes_nothing(owner: Any, clinic: Any) -> None:
    query = select(AuditEntry.clinic_id).where(AuditEntry.name == "LeadsExported")
    assert owner.head(PATH).status_code == 200
    assert db.session.scalars(query).all() == []
    rows(owner)
    assert db.session.scalars(query).all() == [clinic.id]


def test_it_needs_a_fresh_sign_in_and_comes_back(owner: Any) -> None:
    with clock.set_to(clock.now() + timedelta(minutes=20)):
        asking = owner.get(PATH)
        assert (asking.status_code, asking.location) == (302, f"/account/verify?next={PATH}")
        assert owner.post(asking.location, data={"password": PASSWORD}).location == PATH
        assert owner.get(PATH).status_code == 200


def test_a_member_takes_nothing_along(client: Any, clinic: Any, make_member: Make, sign_in: Any) -> None:
    sign_in(make_member(clinic, role=TeamRole.MEMBER))
    assert client.get(PATH).status_code == 403
    assert PATH not in client.get("/dashboard/leads").text


def test_owners_find_it_beside_their_requests(owner: Any) -> None:
    assert PATH in owner.get("/dashboard/leads").text


def test_so_often_only(limited_app: Flask) -> None:
    with limited_app.app_context():
        email = build_member(build_clinic()).email
        db.session.commit()
    browser = limited_app.test_client()
    browser.post("/account/login", data={"email": email, "password": PASSWORD})
    answers = [browser.get(PATH) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
