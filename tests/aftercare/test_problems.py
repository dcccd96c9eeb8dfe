"""A problem told to the clinic: its clock, its reminder, the operator, and the figure that is published."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.aftercare import problems
from marketplace.aftercare.models import Problem
from marketplace.clinics.track_records import shown_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import WrongState
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead
from marketplace.quotes import ending
from marketplace.retention.erasure import erase
from marketplace.reviews.models import ReviewItem
from tests.factories import Make, build_account
from tests.outbox import emails


def run(now: datetime) -> None:
    with clock.set_to(now):
        for timer in (problems.end_due, problems.overdue_due, problems.remind_due):
            timer(now)


def state(lead: Lead) -> str:
    return str(db.session.scalars(select(Problem.state).where(Problem.lead_id == lead.id)).one())


def reply(lead: Lead, **passed: float) -> None:
    with clock.set_to(clock.now() + timedelta(**passed)):
        problems.reply(lead, "Come and see us", by=build_account(f"{uuid7()}@clinic.example").id)


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    settled: Lead = make_settled()
    problems.tell(settled, "A lump")
    return settled


def test_only_the_message_goes_with_the_words_agreed_to(lead: Lead) -> None:
    assert [said.body for said in messages(lead)] == ["A lump"]
    assert lead.request.consents[-1].text == problems.consent_words(lead)
    (mail,) = emails("patient_waits")
    assert "lump" not in mail.subject


def test_a_second_message_keeps_the_first_clock(lead: Lead) -> None:
    due = problems.open_problem(lead)
    problems.tell(lead, "It grows")
    assert problems.open_problem(lead) is due
    assert len(emails("patient_waits")) == 2


def test_an_answer_ends_it(lead: Lead) -> None:
    reply(lead, hours=3)
    run(clock.now() + timedelta(days=3))
    assert (state(lead), len(emails("patient_waits")), emails("problem_unanswered")) == ("answered", 1, [])


def test_the_clinic_is_reminded_once_at_half_time(lead: Lead) -> None:
    for hours in (11, 13, 14):
        run(clock.now() + timedelta(hours=hours))
    assert (state(lead), len(emails("patient_waits"))) == ("told", 2)


def test_what_is_not_answered_is_put_before_an_operator_and_said(lead: Lead) -> None:
    run(clock.now() + timedelta(hours=25))
    (item,) = db.session.scalars(select(ReviewItem).where(ReviewItem.kind == "problem_unanswered"))
    assert (state(lead), item.state, len(emails("problem_unanswered"))) == ("overdue", "opened", 1)
    reply(lead, hours=30)
    db.session.refresh(item)
    assert (state(lead), item.state) == ("answered", "decided")


def test_a_clinic_that_lost_the_request_is_not_waited_for(lead: Lead) -> None:
    ending.revoke_consent(lead, "all")
    run(clock.now() + timedelta(hours=25))
    assert (state(lead), shown_record(lead.clinic_id).problems) == ("ended", 0)


def test_an_erased_request_keeps_the_count_and_no_words(lead: Lead) -> None:
    reply(lead, hours=3)
    erase(lead.request)
    problems.count_answers(lead.clinic_id)
    assert (state(lead), shown_record(lead.clinic_id).problems_answered) == ("answered", 1)


def test_only_the_chosen_clinic_can_be_told(make_quote: Make) -> None:
    with pytest.raises(WrongState):
        problems.tell(make_quote().lead, "A lump")


def test_it_is_published_from_five_on_with_unanswered_ones_counted(make_settled: Make, make_clinic: Make) -> None:
    clinic = make_clinic()
    for number, hours in enumerate((2, 4, 6, 8, None)):
        lead = make_settled(clinic=clinic, email=f"p{number}@patient.example")
        assert not shown_record(clinic.id).shows_problems
        problems.tell(lead, "A lump")
        if hours:
            reply(lead, hours=hours)
        else:
            run(clock.now() + timedelta(hours=25))
    found = shown_record(clinic.id)
    assert (found.problems_answered, found.problems, found.shows_problems) == (4, 5, True)
    assert found.problem_minutes == 360
