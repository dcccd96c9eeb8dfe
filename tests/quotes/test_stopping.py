"""A clinic that is suspended, closed or not checked any more: its open leads freeze, and thaw as they were."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event, select, text

from marketplace.clinics import checks
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads import actions, clocks, request_actions
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.leads.states import LeadState
from marketplace.quotes import choosing, stopping
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.ending import expire_due, withdraw
from marketplace.quotes.models import Quote
from marketplace.quotes.pending import cancel_pending, release, release_due
from tests.factories import Make, build_lead, build_quote, terms

STATEMENT = {"reasons": ["patient_report"], "statement": "Two patients report another price."}


def suspend(lead: Lead) -> None:
    stopping.suspend(lead.clinic, **STATEMENT)


def revoke_licence(clinic: Clinic) -> None:
    _decide(clinic, "revoke")


def _decide(clinic: Clinic, verdict: str) -> None:
    given = {"evidence": "Extract", "source": "Register", "expires_on": clock.today() + timedelta(days=360)}
    stopping.decide_check(checks.check_of(clinic, "licence"), verdict=verdict, checked_by="Operator A.B.", **given)


def let_licence_end(clinic: Clinic) -> None:
    checks.check_of(clinic, "licence").expires_on = clock.today() - timedelta(days=1)
    stopping.stop_due(clock.now())


STOPS = {
    "suspended": lambda clinic: stopping.suspend(clinic, **STATEMENT),
    "closed": stopping.close,
    "revoked": revoke_licence,
    "run out": let_licence_end,
}


def in_state(state: str) -> Lead:
    """A lead that came to this state as leads do."""
    lead = build_quote().lead if state == "quoted" else build_lead()
    if state == "opened":
        actions.open_lead(lead)
    if state == "asked":
        actions.ask(lead, "Have you had this before?")
    if state == "expired":
        clocks.expire_due(lead.due_at)
    assert lead.state == state
    return lead


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("state", ["new", "opened", "asked", "quoted", "expired"])
def test_what_is_open_freezes(app: object, state: str, how: str) -> None:
    lead = in_state(state)
    STOPS[how](lead.clinic)
    assert (lead.state, lead.state_before_freeze) == (LeadState.FROZEN, state)


@pytest.mark.parametrize("state", ["new", "opened", "asked", "quoted", "expired"])
def test_and_thaws_as_it_was(app: object, state: str) -> None:
    lead = in_state(state)
    moments = (lead.new_at, lead.opened_at, lead.asked_at, lead.quoted_at, lead.expired_at, lead.answered_at)
    sent = lead.clinic.leads_sent
    suspend(lead)
    stopping.reinstate(lead.clinic)
    assert (lead.state, lead.state_before_freeze, lead.clinic.leads_sent) == (state, None, sent)
    assert moments == (lead.new_at, lead.opened_at, lead.asked_at, lead.quoted_at, lead.expired_at, lead.answered_at)


def test_a_renewed_check_thaws_too(make_lead: Make) -> None:
    lead = make_lead()
    revoke_licence(lead.clinic)
    _decide(lead.clinic, "pass")
    assert lead.state == LeadState.NEW


def test_what_has_ended_stays_as_it_is(make_lead: Make) -> None:
    lead = make_lead()
    actions.decline(lead, "no_dates")
    suspend(lead)
    assert lead.state == LeadState.DECLINED


def test_a_pause_of_its_own_freezes_nothing(make_lead: Make) -> None:
    from marketplace.clinics.actions import pause

    lead = make_lead()
    pause(lead.clinic)
    assert stopping.stop_due(clock.now()) == 0
    assert lead.state == LeadState.NEW


def test_a_held_quote_is_cancelled_and_never_released(make_lead: Make) -> None:
    lead = make_lead()
    quote = submit_quote(lead, terms(lead))
    suspend(lead)
    assert quote.state == "withdrawn"
    release(quote)
    assert release_due(quote.held_until) == 0
    assert quote.sent_at is None


VERBS = {
    "quote": lambda lead: submit_quote(lead, terms(lead)),
    "ask": lambda lead: actions.ask(lead, "When?"),
    "decline": lambda lead: actions.decline(lead, "no_dates"),
    "take back": cancel_pending,
    "patient's message": lambda lead: actions.answer_question(lead, "Hello"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_done_with_a_frozen_lead(make_lead: Make, verb: str) -> None:
    lead = make_lead()
    suspend(lead)
    with pytest.raises(WrongState):
        VERBS[verb](lead)


def test_a_frozen_quote_is_neither_chosen_nor_withdrawn(make_quote: Make) -> None:
    quote = make_quote()
    suspend(quote.lead)
    for verb in (choosing.choose, partial(withdraw, reason="mistake")):
        with pytest.raises(WrongState):
            verb(quote)
    assert quote.state == "sent"


def test_between_midnight_and_the_timer_nothing_is_done_either(make_lead: Make) -> None:
    lead = make_lead()
    checks.check_of(lead.clinic, "people").expires_on = clock.today() - timedelta(days=1)
    with pytest.raises(WrongState):
        submit_quote(lead, terms(lead))


@pytest.mark.parametrize("end", [request_actions.close, request_actions.delete_request])
def test_ending_a_request_ends_what_is_frozen(make_lead: Make, end: object) -> None:
    lead = make_lead()
    suspend(lead)
    end(lead.request)  # type: ignore[operator]
    assert lead.state == (LeadState.LOST if end is request_actions.close else LeadState.REVOKED)


def test_a_request_with_frozen_leads_expires(make_lead: Make) -> None:
    lead = make_lead()
    suspend(lead)
    assert request_actions.expire_due(clock.now() + timedelta(days=91)) == 1
    assert lead.state == LeadState.LOST


def test_a_quote_that_ends_while_frozen_can_be_given_anew(make_quote: Make) -> None:
    quote = make_quote()
    suspend(quote.lead)
    later = clock.now() + timedelta(days=40)
    with clock.set_to(later):
        expire_due(later)
        stopping.reinstate(quote.lead.clinic)
        assert (quote.state, quote.lead.state) == ("expired", LeadState.OPENED)
        assert quote.lead.due_at - later >= timedelta(hours=48)


@pytest.fixture
def two(make_clinic: Make, make_request: Make, make_quote: Make) -> tuple[Quote, Quote]:
    leads = leads_of(make_request(make_clinic("A"), make_clinic("B")))
    return make_quote(leads[0]), make_quote(leads[1])


def test_a_chosen_clinic_keeps_its_lead_and_the_choice_can_be_undone_anew(two: tuple[Quote, Quote]) -> None:
    one, _ = two
    choosing.choose(one)
    with clock.set_to(clock.now() + timedelta(days=9)):
        choosing.settle_due(clock.now())
        settled_at = one.lead.request.settled_at
        suspend(one.lead)
        assert (one.lead.state, one.lead.request.state) == (LeadState.WON, "chosen")
        with clock.set_to(clock.now() + timedelta(hours=49)):
            choosing.settle_due(clock.now())
        assert (one.lead.request.state, one.lead.request.settled_at) == ("settled", settled_at)


def test_undoing_it_freezes_the_one_and_restores_the_other(two: tuple[Quote, Quote]) -> None:
    one, other = two
    choosing.choose(one)
    with clock.set_to(clock.now() + timedelta(days=9)):
        choosing.settle_due(clock.now())
        suspend(one.lead)
        choosing.undo_choice(one.lead.request)
    assert (one.state, one.lead.state, one.lead.warned_at) == ("sent", LeadState.FROZEN, None)
    assert (other.state, other.lead.state) == ("sent", LeadState.QUOTED)


def test_who_was_suspended_while_another_was_chosen_is_frozen_afterwards(two: tuple[Quote, Quote]) -> None:
    one, other = two
    choosing.choose(one)
    suspend(other.lead)
    assert other.lead.state == LeadState.LOST
    choosing.undo_choice(one.lead.request)
    assert (other.lead.state, other.lead.state_before_freeze) == (LeadState.FROZEN, LeadState.QUOTED)


def test_a_revision_held_meanwhile_is_cancelled_with_the_undo(two: tuple[Quote, Quote]) -> None:
    one, other = two
    held = submit_quote(other.lead, terms(other.lead))
    choosing.choose(one)
    suspend(other.lead)
    choosing.undo_choice(one.lead.request)
    assert (other.lead.state, held.state) == (LeadState.FROZEN, "withdrawn")


def test_what_was_frozen_when_another_was_chosen_comes_back_with_its_clinic(two: tuple[Quote, Quote]) -> None:
    one, other = two
    suspend(other.lead)
    choosing.choose(one)
    assert (other.state, other.lead.state) == ("not_chosen", LeadState.LOST)
    stopping.reinstate(other.lead.clinic)
    choosing.undo_choice(one.lead.request)
    assert (other.state, other.lead.state) == ("sent", LeadState.QUOTED)


def test_the_timer_finds_what_stands_wrong_and_then_nothing(make_lead: Make) -> None:
    lead = make_lead()
    checks.check_of(lead.clinic, "company").expires_on = clock.today() - timedelta(days=1)
    assert [stopping.stop_due(clock.now()) for _ in range(2)] == [1, 0]
    checks.check_of(lead.clinic, "company").expires_on = clock.today() + timedelta(days=9)
    assert [stopping.stop_due(clock.now()) for _ in range(2)] == [1, 0]
    assert db.session.scalar(select(Lead.state)) == LeadState.NEW


def test_the_timer_reads_neither_all_clinics_nor_all_leads(make_lead: Make) -> None:
    """Switched off is what would read all: few rows are no reason to use an index."""
    make_lead()
    db.session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"))
    sent: list[tuple[str, object]] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, *statement: sent.append(statement[:2]), once=True)
    stopping.stop_due(clock.now())
    [(statement, values)] = sent
    plan = "\n".join(db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
    assert "Recursive Union" in plan
    assert "Seq Scan" not in plan
    assert "hashed" not in plan
