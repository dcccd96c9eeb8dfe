"""What a clinic does with a lead, and what the patient answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import NotFound, Refused, WrongState
from marketplace.leads.actions import answer_question, ask, decline, record_access
from marketplace.leads.clocks import expire_due, remind_due
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead, Message
from marketplace.leads.queries import lead_of_clinic, leads_of
from marketplace.leads.states import LeadState
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quotes.choosing import choose
from tests.factories import Make, build_lead


def test_the_first_look_opens_it(make_lead: Make) -> None:
    lead = make_lead()
    record_access(lead, actor="member:1", what="health")
    assert lead.state == LeadState.OPENED
    assert [(look.actor, look.what) for look in access_records_of(lead.request)] == [("member:1", "health")]


def test_looking_again_soon_is_one_look(make_lead: Make) -> None:
    lead = make_lead()
    for _ in range(3):
        record_access(lead, actor="member:1", what="health")
    assert len(access_records_of(lead.request)) == 1


def test_photos_that_are_asked_for_at_once_are_one_look(own_app: Flask) -> None:
    with own_app.app_context():
        key = build_lead(photos=4).id
        db.session.commit()

    def look(_photo: int) -> None:
        with own_app.app_context():
            record_access(db.session.get_one(Lead, key), actor="member:1", what="photos")
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))
    with own_app.app_context():
        assert len(access_records_of(db.session.get_one(Lead, key).request)) == 1


def test_every_reading_is_in_the_audit_log(make_lead: Make) -> None:
    lead = make_lead()
    for what in ("health", "health", "contact"):
        record_access(lead, actor="member:1", what=what)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "AnswersRead"))
    assert sorted((entry.lead_id, entry.reason) for entry in entries) == [
        (lead.id, "contact"),
        (lead.id, "health"),
        (lead.id, "health"),
    ]


def test_a_question_stops_the_clock(make_lead: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    assert lead.state == LeadState.ASKED
    assert expire_due(clock.now() + timedelta(days=9)) == 0


def test_the_answer_starts_it_again(make_lead: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    with clock.set_to(clock.now() + timedelta(days=3)):
        answer_question(lead, "The cheeks")
        assert lead.due_at > clock.now() + timedelta(hours=40)
    assert [said.author for said in messages(lead)] == ["clinic", "patient"]


def test_one_question_only(make_lead: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    answer_question(lead, "The cheeks")
    with pytest.raises(Refused):
        ask(lead, "And when?")


def test_what_is_said_is_sealed(make_lead: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    assert b"Which area" not in db.session.scalars(select(Message.body_sealed)).one()


def test_a_decline_needs_a_reason_of_the_list(make_lead: Make) -> None:
    with pytest.raises(Refused):
        decline(make_lead(), "because")


def test_a_decline_counts_as_an_answer(make_lead: Make) -> None:
    lead = make_lead()
    decline(lead, "no_dates")
    db.session.refresh(lead.clinic)
    assert (lead.state, lead.clinic.leads_answered) == (LeadState.DECLINED, 1)


def test_declined_twice_is_refused(make_lead: Make) -> None:
    lead = make_lead()
    decline(lead, "no_dates")
    with pytest.raises(WrongState):
        decline(lead, "health")


def test_silence_expires(make_lead: Make) -> None:
    lead = make_lead()
    assert expire_due(lead.due_at - timedelta(seconds=1)) == 0
    assert expire_due(lead.due_at) == 1
    assert lead.state == LeadState.EXPIRED


def test_half_time_is_said_once(make_lead: Make) -> None:
    lead = make_lead()
    half = lead.new_at + (lead.due_at - lead.new_at) / 2
    assert [remind_due(half - timedelta(minutes=1)), remind_due(half), remind_due(half)] == [0, 1, 0]


def test_another_clinics_lead_is_not_found(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead()
    with pytest.raises(NotFound):
        lead_of_clinic(make_clinic("Clinic Nar").id, lead.request.ref)


def test_who_lost_by_a_choice_asks_nothing(make_clinic: Make, make_request: Make, make_quote: Make) -> None:
    one, other = leads_of(make_request(make_clinic("A"), make_clinic("B")))
    choose(make_quote(one))
    with pytest.raises(WrongState):
        ask(other, "When was the last time?")
    assert other.state == LeadState.LOST
