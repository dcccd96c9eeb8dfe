"""Whatever is done to a request, in whatever order: rows, pages and mails agree, and nothing breaks."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, current_app
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from marketplace.clinics import checks
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Problem
from marketplace.leads import actions, clocks, deletion_duties, request_actions, status_texts
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of, leads_to_notify
from marketplace.leads.states import LeadState
from marketplace.mail import change_notifications, quote_notifications
from marketplace.mail.models import Email
from marketplace.quote_requests import answer_changes, retention
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.states import TAKES_QUOTES
from marketplace.quotes import choosing, drafting, ending, pending, stopping
from marketplace.quotes.comparison_table import build_comparison_table
from marketplace.quotes.models import Quote
from marketplace.quotes.pending import pending_quote
from marketplace.quotes.queries import can_be_chosen, sent_quotes, stands
from marketplace.quotes.request_quotes import request_quotes
from marketplace.web.patient.request.next_step import next_step
from marketplace.web.patient.request.opening import standing_of
from marketplace.web.patient.request.standing import sections
from tests.factories import build_clinic, build_request, terms
from tests.quotes.claims import CLAIMS
from tests.quotes.inboxes import rebuilt_inbox

WHICH = st.integers(0, 2)
TIMERS_OF_REQUESTS = (
    *(pending.release_due, ending.expire_due, choosing.settle_due, stopping.stop_due, clocks.expire_due),
)
WAITING = (LeadState.NEW, LeadState.OPENED, LeadState.ASKED, LeadState.QUOTED, LeadState.FROZEN)
LIVE = ("sent", "chosen", "not_chosen")


def always(*_given: object) -> bool:
    """For a mail that says nothing of a state."""
    return True


class AnyOrder(RuleBasedStateMachine):
    """One request at three clinics. A verb may be refused; it never leaves things half done."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = db.session.begin_nested()
        self.request = build_request(*(build_clinic(f"Clinic {name}") for name in "ABC"))
        self.leads = leads_of(self.request)
        self.at = clock.now() + timedelta(seconds=1)
        self.read: set[UUID] = set(db.session.scalars(select(Email.id)))

    def teardown(self) -> None:
        try:
            if self.request.state != "withdrawn":
                self.every_wait_ends()
        finally:
            self.outer.rollback()
            db.session.expire_all()

    def do(self, verb: Callable[..., Any], *given: Any) -> None:
        """A refusal takes back all that the verb did, as a page does."""
        with clock.set_to(self.at):
            try:
                with db.session.begin_nested():
                    verb(*given)
            except Problem:
                db.session.expire_all()
            self.read_mail()

    def read_mail(self) -> None:
        """What a mail says is so at the moment when it is written."""
        for email in db.session.scalars(select(Email).where(Email.id.not_in(self.read)).order_by(Email.id)):
            self.read.add(email.id)
            lead = next((lead for lead in self.leads if lead.clinic_id == email.clinic_id), None)
            assert CLAIMS.get(email.name, always)(email, self.request, lead), (email.name, lead and lead.state)

    def quote_of(self, n: int) -> Quote | None:
        found = select(Quote).where(Quote.lead_id == self.leads[n].id, Quote.sent_at.is_not(None))
        return db.session.scalar(found.order_by(Quote.number.desc()).limit(1))

    def with_quote(self, verb: Callable[..., Any], n: int) -> None:
        quote = self.quote_of(n)
        if quote is not None:
            self.do(verb, quote)

    @rule(n=WHICH)
    def hold(self, n: int) -> None:
        self.do(lambda: drafting.submit_quote(self.leads[n], terms(self.leads[n])))

    @rule(n=WHICH)
    def hold_and_release(self, n: int) -> None:
        self.hold(n)
        self.pass_time(minutes=6)

    @rule(n=WHICH)
    def take_back(self, n: int) -> None:
        self.do(pending.cancel_pending, self.leads[n])

    @rule(n=WHICH)
    def withdraw(self, n: int) -> None:
        self.with_quote(partial(ending.withdraw, reason="price"), n)

    @rule(n=WHICH)
    def choose(self, n: int) -> None:
        self.with_quote(choosing.choose, n)

    @rule()
    def undo(self) -> None:
        self.do(choosing.undo_choice, self.request)

    @rule(n=WHICH)
    def decline(self, n: int) -> None:
        self.with_quote(choosing.decline, n)

    @rule(n=WHICH)
    def undo_decline(self, n: int) -> None:
        self.with_quote(choosing.undo_decline, n)

    @rule(n=WHICH)
    def suspend(self, n: int) -> None:
        self.do(lambda: stopping.suspend(self.leads[n].clinic, reasons=["patient_report"], statement="Reports."))

    @rule(n=WHICH)
    def reinstate(self, n: int) -> None:
        self.do(stopping.reinstate, self.leads[n].clinic)

    @rule(n=WHICH, kind=st.sampled_from(["licence", "insurance"]), verdict=st.sampled_from(["revoke", "pass"]))
    def decide_check(self, n: int, kind: str, verdict: str) -> None:
        given = {"evidence": "Extract", "source": "Register", "checked_by": "Operator A.B."}
        until = (self.at + timedelta(days=180)).date()
        check = checks.check_of(self.leads[n].clinic, kind)
        self.do(lambda: stopping.decide_check(check, verdict=verdict, expires_on=until, **given))

    @rule(n=WHICH)
    def check_ends(self, n: int) -> None:
        checks.check_of(self.leads[n].clinic, "people").expires_on = self.at.date() - timedelta(days=1)
        self.pass_time(minutes=1)

    @rule(n=WHICH, what=st.sampled_from(["health", "photos", "all"]))
    def revoke_consent(self, n: int, what: str) -> None:
        self.do(ending.revoke_consent, self.leads[n], what)

    @rule(n=WHICH)
    def choose_and_revoke(self, n: int) -> None:
        self.hold_and_release(n)
        self.choose(n)
        self.do(ending.revoke_consent, self.leads[n], "all")

    @rule(n=WHICH)
    def ask(self, n: int) -> None:
        self.do(actions.ask, self.leads[n], "When was the last time?")

    @rule(n=WHICH)
    def write(self, n: int) -> None:
        self.do(actions.answer_question, self.leads[n], "Last year.")

    @rule(n=WHICH)
    def clinic_declines(self, n: int) -> None:
        self.do(actions.decline, self.leads[n], "no_dates")

    @rule(trips=st.sampled_from(["1", "2", "3"]))
    def edit(self, trips: str) -> None:
        def change() -> None:
            before = answer_changes.begin(self.request)
            self.request.trips = trips
            answer_changes.done(self.request, before)

        self.do(change)

    @rule(pauses=st.booleans())
    def pause_or_reopen(self, pauses: bool) -> None:
        self.do(request_actions.pause if pauses else request_actions.reopen, self.request)

    @precondition(lambda self: self.at > clock.now() + timedelta(hours=20))
    @rule(how=st.sampled_from([request_actions.close, request_actions.delete_request]))
    def end(self, how: Callable[..., Any]) -> None:
        self.do(how, self.request)

    @rule(hours=st.sampled_from([1, 10, 49]))
    def wait(self, hours: int) -> None:
        self.pass_time(minutes=60 * hours)

    def pass_time(self, *, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        for timer in TIMERS_OF_REQUESTS:
            self.do(timer, self.at)
        self.do(quote_notifications.send_or_reschedule, self.request.id)
        for lead in leads_to_notify(self.request, READ_BY_CLINICS):
            self.do(change_notifications.send_or_reschedule, lead)

    def every_wait_ends(self) -> None:
        """Whatever state it was left in, timers alone bring it to an end that retention takes up."""
        for days in (8, 100, 200, 3):
            self.at += timedelta(days=days)
            for timer in (*TIMERS_OF_REQUESTS, request_actions.expire_due, deletion_duties.chase_due):
                self.do(timer, self.at)
        with clock.set_to(self.at):
            assert self.request.id in set(db.session.scalars(retention.ended(self.at)))
            assert not any(lead.state in WAITING for lead in self.leads)
            duties = [duty for lead in self.leads for duty in deletion_duties.duties_of(lead)]
            assert all(duty.state != "asked" or duty.chases == 2 for duty in duties)

    @invariant()
    def the_page_says_what_to_do(self) -> None:
        with clock.set_to(self.at), current_app.test_request_context():
            if self.request.state == "withdrawn":
                return
            standing = standing_of(self.request)
            step, states = next_step(standing), {lead.state for lead in self.leads}
            if self.request.state == "open":
                assert ("answer the question" in step.text or "questions, of" in step.text) == ("asked" in states)
            if any(standing.unread.values()) and self.request.state != "closed":
                assert step.is_needed
            stand = [lead.id for section in sections(standing) for lead in section.leads]
            assert sorted(stand) == sorted(lead.id for lead in self.leads)

    @invariant()
    def rows_agree(self) -> None:
        quotes = list(db.session.scalars(select(Quote).where(Quote.request_id == self.request.id)))
        assert sum(quote.state == "chosen" for quote in quotes) == (self.request.state in {"chosen", "settled"})
        for lead in self.leads:
            own = [quote for quote in quotes if quote.lead_id == lead.id]
            assert sum(quote.state in LIVE for quote in own) <= 1
            assert (lead.state == LeadState.QUOTED) <= any(quote.state == "sent" for quote in own)
            assert (lead.state == LeadState.WON) == any(quote.state == "chosen" for quote in own)
            assert lead.state != LeadState.FROZEN or self.request.state in TAKES_QUOTES
            assert lead.due_at >= lead.clock_started_at

    @invariant()
    def a_clinic_that_may_not_go_on_does_nothing(self) -> None:
        with clock.set_to(self.at):
            for lead in self.leads:
                if not clocks.may_read(lead):
                    assert not clocks.can_freeze(lead) or self.request.state not in TAKES_QUOTES
                assert lead.state != LeadState.FROZEN or pending_quote(lead) is None

    @invariant()
    def inboxes_agree(self) -> None:
        assert rebuilt_inbox() == 0

    @invariant()
    def contact_is_open_to_one_clinic(self) -> None:
        assert sum(lead.state == LeadState.WON for lead in self.leads) <= 1

    @invariant()
    def pages_agree(self) -> None:
        with clock.set_to(self.at):
            if self.request.state == "withdrawn":
                return
            found = build_comparison_table(request_quotes(self.request.ref))
            quotes = sent_quotes(self.request)
            assert found.standing == {quote.number for quote in quotes if stands(quote)}
            assert all(column.quote.number in found.standing for column in found.columns if column.result.lowest)
            for lead in self.leads:
                assert bool(status_texts.clinic_news(lead)) >= (lead.state == LeadState.FROZEN)
            assert not any(can_be_chosen(quote) for quote in quotes if quote.lead.quote_declined_at)

    @invariant()
    def mails_agree(self) -> None:
        for lead in self.leads:
            last = self.last_mail(lead)
            if last == "chosen":
                assert lead.state in {LeadState.WON, LeadState.REVOKED}
            if last in {"quote_declined", "not_chosen", "request_closed"}:
                assert lead.state in {LeadState.LOST, LeadState.REVOKED, *self.silent_after(last)}
            if last == "decline_undone":
                assert lead.state not in {LeadState.DECLINED, LeadState.WON}

    @staticmethod
    def silent_after(last: str) -> set[LeadState]:
        """An undone decline or choice at a clinic that may not go on, or expired before, is no news for it."""
        return {LeadState.FROZEN} if last != "request_closed" else set()

    def last_mail(self, lead: Lead) -> str | None:
        names = ("chosen", "not_chosen", "quote_declined", "decline_undone", "clinic_choice_undone", "request_closed")
        query = select(Email.name).where(Email.clinic_id == lead.clinic_id, Email.name.in_(names))
        return db.session.scalar(query.order_by(Email.id.desc()).limit(1))


@pytest.mark.usefixtures("db_session")
def test_rows_pages_and_mails_agree(app: Flask) -> None:
    given = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.explicit, Phase.generate]}
    quick = settings(max_examples=8, stateful_step_count=30, **given)
    run_state_machine_as_test(AnyOrder, settings=quick)
