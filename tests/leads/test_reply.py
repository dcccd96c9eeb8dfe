"""A clinic and a patient write to each other, and each sees what is unread."""

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.problems import WrongState
from marketplace.leads.actions import answer_question, ask, decline, reply
from marketplace.leads.messages import CLINIC, PATIENT, mark_read, messages, unread_counts
from marketplace.leads.models import Lead, Message
from marketplace.leads.request_actions import close, delete_request, pause
from marketplace.quotes import choosing
from tests.factories import Make


@pytest.fixture
def written_to(make_lead: Make, make_member: Make) -> Lead:
    """The patient has written to the clinic, whose owner replies as `lead.owner`."""
    lead = make_lead()
    lead.owner = make_member(lead.clinic).id
    answer_question(lead, "May I come in June?")
    return lead


def test_a_reply_is_sealed_and_says_who_wrote_it(written_to: Lead) -> None:
    reply(written_to, "In June, yes", by=written_to.owner)
    last = messages(written_to)[-1]
    assert (last.author, last.body, last.by) == (CLINIC, "In June, yes", written_to.owner)
    stored = db.session.scalars(select(Message.body_sealed)).all()
    assert not [sealed for sealed in stored if b"June" in sealed]


def test_a_reply_stops_no_clock_and_counts_as_no_answer(written_to: Lead) -> None:
    before = (written_to.state, written_to.due_at, written_to.answered_at)
    reply(written_to, "In June, yes", by=written_to.owner)
    assert (written_to.state, written_to.due_at, written_to.answered_at) == before == ("new", written_to.due_at, None)


def test_a_reply_is_not_the_one_question(written_to: Lead) -> None:
    reply(written_to, "In June, yes", by=written_to.owner)
    ask(written_to, "Which area?")
    assert [said.is_question for said in messages(written_to)] == [False, False, True]


def test_the_patient_writes_first(make_lead: Make, make_member: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    with pytest.raises(WrongState):
        reply(lead, "And another thing", by=make_member(lead.clinic).id)


def test_the_chosen_clinic_may_write_first(make_quote: Make, make_member: Make) -> None:
    quote = make_quote()
    choosing.choose(quote)
    reply(quote.lead, "When shall we call?", by=make_member(quote.lead.clinic).id)
    assert len(messages(quote.lead)) == 1


ENDS = {
    "declined": lambda lead: decline(lead, "no_dates"),
    "closed": lambda lead: close(lead.request),
    "taken back": lambda lead: delete_request(lead.request),
}


@pytest.mark.parametrize("ended", ENDS)
def test_whoever_ended_it_neither_side_writes(written_to: Lead, ended: str) -> None:
    ENDS[ended](written_to)
    with pytest.raises(WrongState):
        reply(written_to, "Wait", by=written_to.owner)
    with pytest.raises(WrongState):
        answer_question(written_to, "Wait")


def test_a_pause_does_not_cut_the_talk(written_to: Lead) -> None:
    pause(written_to.request)
    reply(written_to, "We are here", by=written_to.owner)
    assert len(messages(written_to)) == 2


def test_who_was_not_chosen_writes_no_more(make_clinic: Make, make_request: Make, make_quote: Make) -> None:
    request = make_request(make_clinic("Clinic A"), make_clinic("Clinic B"))
    first, second = db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)).all()
    answer_question(second, "Hello")
    choosing.choose(make_quote(first))
    with pytest.raises(WrongState):
        answer_question(second, "Still there?")


def test_unread_is_counted_for_the_other_side_until_it_looks(written_to: Lead) -> None:
    answer_question(written_to, "Or in July?")
    assert unread_counts([written_to.id], author=PATIENT) == {written_to.id: 2}
    assert unread_counts([written_to.id], author=CLINIC) == {}
    mark_read(written_to, author=PATIENT, until=messages(written_to)[-1].at)
    assert unread_counts([written_to.id], author=PATIENT) == {}


def test_what_came_after_the_look_stays_unread(written_to: Lead) -> None:
    seen = messages(written_to)[-1].at
    answer_question(written_to, "Or in July?")
    mark_read(written_to, author=PATIENT, until=seen)
    assert unread_counts([written_to.id], author=PATIENT) == {written_to.id: 1}
