"""The lists of a clinic's inbox: each request behind one tab, each count the number of its rows, pages without end."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.values.cursors import NotACursor, as_text
from marketplace.leads.actions import answer_question, ask, decline
from marketplace.leads.deletion_duties import confirm_deletion
from marketplace.leads.messages import PATIENT, mark_read, messages
from marketplace.leads.queries import NEEDS, shared
from marketplace.leads.states import TABS, LeadState
from marketplace.quotes import choosing
from marketplace.quotes import inbox as inbox_pages
from marketplace.quotes.ending import revoke_consent
from marketplace.quotes.inbox import InboxFilter, InboxPlace, inbox, read_place
from marketplace.retention.erasure import erase
from tests.factories import Make, build_lead, build_quote
from tests.quotes.inboxes import counted, listed, rebuilt_inbox, tabs_of

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


def test_every_state_is_behind_one_tab_or_frozen() -> None:
    behind = [state for states in TABS.values() for state in states]
    assert sorted([*behind, LeadState.FROZEN]) == sorted(LeadState)


def test_what_is_due_first_is_first(clinic: Clinic) -> None:
    later, sooner = build_lead(clinic), build_lead(clinic, email="bob@patient.example")
    later.due_at = sooner.due_at.replace(year=sooner.due_at.year + 1)
    assert listed(clinic.id, "new") == [sooner.id, later.id]


@pytest.mark.parametrize(
    ("done", "tab"),
    [("nothing", "new"), ("asked", "waiting"), ("held", "waiting"), ("declined", "closed"), ("won", "won")],
)
def test_what_waits_for_others_is_not_to_answer(clinic: Clinic, done: str, tab: str) -> None:
    lead = build_lead(clinic)
    DO[done](lead)
    assert tabs_of(lead) == [tab]
    assert counted(clinic.id)[tab] == 1


def test_a_held_quote_says_when_it_goes_out(clinic: Clinic) -> None:
    quote = build_quote(build_lead(clinic), released=False)
    (row,) = inbox(clinic.id, InboxFilter("waiting")).rows
    assert row.held_until == quote.held_until


def test_a_held_change_of_a_quote_stays_with_the_quotes(clinic: Clinic) -> None:
    quote = build_quote(build_lead(clinic))
    build_quote(quote.lead, released=False, product="Another")
    assert tabs_of(quote.lead) == ["quoted"]


def test_unread_is_of_any_tab_until_somebody_looks(clinic: Clinic) -> None:
    quoted, new = build_quote(build_lead(clinic)).lead, build_lead(clinic, email="bob@patient.example")
    for lead in (quoted, new):
        answer_question(lead, "Hello")
    assert set(listed(clinic.id, unread=True)) == {quoted.id, new.id}
    assert listed(clinic.id, "quoted", unread=True) == [quoted.id]
    mark_read(new, author=PATIENT, until=messages(new)[-1].at)
    assert counted(clinic.id)["unread"] == 1


@pytest.mark.parametrize("revoked", [None, "health", "photos"])
def test_what_is_said_to_be_shared_is_what_the_clinic_may_read(clinic: Clinic, revoked: str | None) -> None:
    lead = build_lead(clinic, conditions=["blood_thinner"], photos=2)
    if revoked:
        revoke_consent(lead, revoked)
    db.session.flush()
    (row,) = inbox(clinic.id, InboxFilter("new")).rows
    assert (row.health, row.photos is not None) == tuple(bool(shared([lead], purpose)) for purpose in NEEDS.values())
    assert row.photos in {None, 2}


def test_an_erased_request_stays_while_something_of_it_is_to_be_deleted(clinic: Clinic) -> None:
    kept, gone = build_lead(clinic), build_lead(clinic, email="bob@patient.example")
    revoke_consent(kept, "health")
    for lead in (kept, gone):
        erase(lead.request)
    assert (tabs_of(gone), len(tabs_of(kept)), rebuilt_inbox()) == ([], 1, 0)
    assert [each.lead_id for each in inbox(clinic.id, InboxFilter("new")).to_delete] == [kept.id]
    confirm_deletion(kept)
    assert (tabs_of(kept), rebuilt_inbox()) == ([], 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(st.sampled_from(sorted(DO)), max_size=6))
def test_each_count_is_the_number_of_its_rows(clinic: Clinic, done: list[str]) -> None:
    with db.session.begin_nested() as kept:
        for n, name in enumerate(done):
            DO[name](build_lead(clinic, email=f"{n}@patient.example"))
        counts = counted(clinic.id)
        assert {tab: len(listed(clinic.id, tab)) for tab in TABS} == {tab: counts[tab] for tab in TABS}
        assert len(listed(clinic.id, unread=True)) == counts["unread"]
        assert sum(counts[tab] for tab in TABS) == len(done)
        assert rebuilt_inbox() == 0
        kept.rollback()


@pytest.fixture
def five(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Five new requests of which two are due at the same moment, in their order, on pages of two."""
    monkeypatch.setattr(inbox_pages, "PAGE", 2)
    leads = [build_lead(clinic, email=f"{n}@patient.example") for n in range(5)]
    for n, lead in enumerate(leads):
        lead.due_at = leads[0].due_at + timedelta(hours=n // 2)
    return [lead.id for lead in sorted(leads, key=lambda lead: (lead.due_at, lead.id))]


def test_pages_one_after_the_other_are_the_whole_list_both_ways(clinic: Clinic, five: list[object]) -> None:
    page, there = inbox(clinic.id, InboxFilter("new")), []
    there += [row.lead_id for row in page.rows]
    assert page.before is None
    while page.after:
        page = inbox(clinic.id, InboxFilter("new", after=page.after))
        there += [row.lead_id for row in page.rows]
    back = [row.lead_id for row in page.rows]
    while page.before:
        page = inbox(clinic.id, InboxFilter("new", before=page.before))
        back = [row.lead_id for row in page.rows] + back
    assert (there, back) == (five, five)


def test_a_page_by_number_beyond_the_list_is_its_last(clinic: Clinic, five: list[object]) -> None:
    numbered = {n: inbox(clinic.id, InboxFilter("new", page=n)) for n in (2, 3, 4, 4000)}
    assert {n: (page.page, [row.lead_id for row in page.rows]) for n, page in numbered.items()} == {
        2: (2, five[2:4]),
        3: (3, five[4:]),
        4: (3, five[4:]),
        4000: (3, five[4:]),
    }


def test_a_place_is_good_for_its_own_list_alone(clinic: Clinic, five: list[object]) -> None:
    place = inbox(clinic.id, InboxFilter("new")).after
    assert isinstance(place, InboxPlace)
    assert read_place(str(place), tab="new", unread=False) == place
    for tab, unread in (("won", False), ("new", True), (None, True)):
        with pytest.raises(NotACursor):
            read_place(str(place), tab=tab, unread=unread)


@given(text=st.text() | st.binary(max_size=30).map(as_text))
def test_any_other_text_is_no_place(text: str) -> None:
    with contextlib.suppress(NotACursor):
        assert str(read_place(text, tab="new", unread=False)) == text
