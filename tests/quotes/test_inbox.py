"""The lists of a clinic's inbox: each request behind one tab, each count the number of its rows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.leads.actions import answer_question, ask, decline
from marketplace.leads.messages import PATIENT, mark_read, messages
from marketplace.leads.queries import TABS
from marketplace.leads.states import LeadState
from marketplace.quotes import choosing
from marketplace.quotes.inbox import inbox, pending_until, tab_counts
from tests.factories import Make, build_lead, build_quote

DO = {
    "nothing": lambda lead: None,
    "asked": lambda lead: ask(lead, "Which area?"),
    "written to": lambda lead: answer_question(lead, "Hello"),
    "declined": lambda lead: decline(lead, "no_dates"),
    "held": lambda lead: build_quote(lead, released=False),
    "quoted": build_quote,
    "quoted and written to": lambda lead: (build_quote(lead), answer_question(lead, "Hello")),
    "won": lambda lead: choosing.choose(build_quote(lead)),
}


@pytest.fixture
def clinic(make_clinic: Make) -> Clinic:
    """With room for what the tests send it."""
    return make_clinic(daily_capacity=1000, weekly_capacity=1000)


def tab_of(lead) -> list[str]:
    return [tab for tab in TABS if lead in inbox(lead.clinic_id, tab=tab).rows]


def test_every_state_is_behind_one_tab_or_frozen() -> None:
    behind = [state for states in TABS.values() for state in states]
    assert sorted([*behind, LeadState.FROZEN]) == sorted(LeadState)


def test_what_is_due_first_is_first(clinic: Clinic) -> None:
    later, sooner = build_lead(clinic), build_lead(clinic, email="bob@patient.example")
    later.due_at = sooner.due_at.replace(year=sooner.due_at.year + 1)
    assert inbox(clinic.id, tab="new").rows == [sooner, later]


@pytest.mark.parametrize(("done", "tab"), [("nothing", "new"), ("asked", "waiting"), ("held", "waiting")])
def test_what_waits_for_others_is_not_to_answer(clinic: Clinic, done: str, tab: str) -> None:
    lead = build_lead(clinic)
    DO[done](lead)
    assert tab_of(lead) == [tab]
    assert tab_counts(clinic.id)[tab] == 1


def test_a_held_quote_says_when_it_goes_out(clinic: Clinic) -> None:
    quote = build_quote(build_lead(clinic), released=False)
    assert pending_until([quote.lead_id]) == {quote.lead_id: quote.held_until}


def test_a_held_change_of_a_quote_stays_with_the_quotes(clinic: Clinic) -> None:
    quote = build_quote(build_lead(clinic))
    build_quote(quote.lead, released=False, product="Another")
    assert tab_of(quote.lead) == ["quoted"]


def test_unread_is_of_any_tab_until_somebody_looks(clinic: Clinic) -> None:
    quoted, new = build_quote(build_lead(clinic)).lead, build_lead(clinic, email="bob@patient.example")
    for lead in (quoted, new):
        answer_question(lead, "Hello")
    assert set(inbox(clinic.id, tab=None, unread=True).rows) == {quoted, new}
    assert inbox(clinic.id, tab="quoted", unread=True).rows == [quoted]
    mark_read(new, author=PATIENT, until=messages(new)[-1].at)
    assert tab_counts(clinic.id)["unread"] == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(st.sampled_from(sorted(DO)), max_size=6))
def test_each_count_is_the_number_of_its_rows(clinic: Clinic, done: list[str]) -> None:
    with db.session.begin_nested() as kept:
        for n, name in enumerate(done):
            DO[name](build_lead(clinic, email=f"{n}@patient.example"))
        counts = tab_counts(clinic.id)
        assert {tab: len(inbox(clinic.id, tab=tab).rows) for tab in TABS} == {tab: counts[tab] for tab in TABS}
        assert len(inbox(clinic.id, tab=None, unread=True).rows) == counts["unread"]
        assert sum(counts[tab] for tab in TABS) == len(done)
        kept.rollback()
