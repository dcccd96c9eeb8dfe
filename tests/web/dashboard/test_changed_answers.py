"""The clinic's page names the answers that its patient changed, and when."""

from datetime import date
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.leads.consent import REVOKED, write_consent
from marketplace.leads.models import Lead
from marketplace.quote_requests import answer_changes, drafts
from marketplace.quote_requests.states import Purpose
from tests.factories import Make
from tests.reading import form_fields, words


@pytest.fixture
def lead(desk: Any, make_lead: Make) -> Lead:
    made: Lead = make_lead(desk.clinic, questions=["Does it hurt?"], conditions=["allergy"])
    db.session.commit()
    return made


def change(lead: Lead) -> None:
    before = answer_changes.begin(lead.request)
    lead.request.trips = "1"
    drafts.answer_health(lead.request, conditions=["blood_thinner"], details="")
    answer_changes.done(lead.request, before)
    db.session.commit()


def note_of(desk: Any, lead: Lead) -> list[str]:
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    notes = [section for section in page.all("section") if section.get("aria-labelledby") == "patient-changed"]
    return [words(item) for note in notes for item in note.iter("li")]


def test_names_and_moments_are_new_once(desk: Any, lead: Lead) -> None:
    assert note_of(desk, lead) == []
    change(lead)
    desk.head(f"/dashboard/leads/{lead.request.ref}")
    first, second = note_of(desk, lead), note_of(desk, lead)
    assert [line.split(",")[0] for line in first] == ["Trips", "Health answers"]
    assert ["New" in line for line in first + second] == [True, True, False, False]
    assert first[0].endswith("Before: 2 trips. Now: 1 trip.")
    assert not any("thins" in line or "Before" in line for line in first[1:])


def test_every_answer_stands_old_beside_new(desk: Any, lead: Lead) -> None:
    before = answer_changes.begin(lead.request)
    person = {"name": "Anna", "email": "a@patient.example", "phone": "", "languages": ["de", "en"], "questions": []}
    drafts.answer_you(lead.request, **person)
    drafts.answer_treatment(lead.request, procedure_slug=None, concern=None)
    drafts.answer_where(lead.request, home_country="DE", destinations=[])
    drafts.answer_when(lead.request, timing="later", month_from=date(2027, 3, 1), month_to=None)
    drafts.answer_budget(lead.request, amount=90000, currency="EUR", scope="treatment", share=True)
    answer_changes.done(lead.request, before)
    db.session.commit()
    text = " ".join(note_of(desk, lead))
    for old, new in (("Ana", "Anna"), ("Facial mesotherapy", "Not sure yet"), ("United Kingdom", "Germany")):
        assert f"Before: {old}. Now: {new}." in text
    for shown in ("Before: In 1 to 3 months. Now: Later, 1 March 2027.", "Before: Does it hurt?. Now: not given."):
        assert shown in text
    assert "Before: English. Now: German, English." in text
    assert "Before: not given. Now: €900, treatment only." in text


def test_without_consent_health_is_not_named(desk: Any, lead: Lead) -> None:
    write_consent(lead.request, [lead.clinic], act=REVOKED, purposes=[Purpose.HEALTH], words="No longer")
    change(lead)
    assert [line.split(",")[0] for line in note_of(desk, lead)] == ["Trips"]


def test_a_new_quote_answers_the_change(desk: Any, lead: Lead, make_quote: Make) -> None:
    make_quote(lead)
    change(lead)
    assert len(note_of(desk, lead)) == 2
    make_quote(lead)
    db.session.commit()
    assert note_of(desk, lead) == []


def test_answers_to_other_questions_are_not_filled_in(desk: Any, lead: Lead, make_quote: Make) -> None:
    make_quote(lead, answers=("A little",))
    before = answer_changes.begin(lead.request)
    drafts.answer_you(
        lead.request, name="Ana", email="a@patient.example", phone="", languages=["en"], questions=["Why?"]
    )
    answer_changes.done(lead.request, before)
    db.session.commit()
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    form = next(form for form in page.all("form") if (form.get("action") or "").endswith("/quote"))
    assert form_fields(form)["answers-1"] == [""]
