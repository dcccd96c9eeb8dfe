"""Whatever is done to a request, in whatever order: rows, pages and mails agree, and nothing breaks.

`STORIES=200 make test TESTS=tests/quotes/test_any_order.py` plays more of them than the suite has time for.
"""

import os

import pytest
from flask import Flask, current_app
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import select

from marketplace.aftercare import plans
from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.problems import open_problem
from marketplace.aftercare.states import CheckInState
from marketplace.clinics.checks import why_stopped
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import clocks, status_texts
from marketplace.leads.models import Lead
from marketplace.leads.states import READING, LeadState
from marketplace.leads.visibility import answers_visible_to
from marketplace.mail.models import Email
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose
from marketplace.quotes.comparison_table import build_comparison_table
from marketplace.quotes.models import Quote
from marketplace.quotes.pending import pending_quote
from marketplace.quotes.queries import can_be_chosen, sent_quotes, stands
from marketplace.quotes.request_quotes import request_quotes
from marketplace.web.patient.request.next_step import next_step
from marketplace.web.patient.request.opening import standing_of
from marketplace.web.patient.request.standing import sections
from tests.quotes.inboxes import rebuilt_inbox
from tests.quotes.played_pages import PlayedPages

LIVE = ("sent", "chosen", "not_chosen")


class AnyOrder(PlayedPages):
    """What holds after every step."""

    @invariant()
    def the_page_says_what_to_do(self) -> None:
        with clock.set_to(self.at), current_app.test_request_context():
            if self.is_over:
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
    def a_clinic_reads_what_consent_allows(self) -> None:
        with clock.set_to(self.at):
            stood = self.consents()
            for lead in self.leads:
                given, seen = stood.get(lead.clinic_id, []), answers_visible_to(lead)
                reads = lead.state in READING and why_stopped(lead.clinic) is None
                assert seen.health == (reads and Purpose.HEALTH in given)
                assert seen.sees_photos == (reads and Purpose.PHOTOS in given)
                assert seen.contact == (lead.state == LeadState.WON)
                assert bool(seen.answers.conditions) <= seen.health
                assert reads <= (Purpose.REQUEST in given)

    @invariant()
    def aftercare_is_of_the_chosen_clinic(self) -> None:
        with clock.set_to(self.at):
            plan, asked = plans.plan_of(self.request), check_ins_of(self.request)
            assert plan is None or plan.lead.state == LeadState.WON
            assert all(check_in.due_at <= self.at for check_in in asked if check_in.state == CheckInState.ASKED)
            assert all((check_in.state == "answered") == bool(check_in.answer_sealed) for check_in in asked)
            assert sum(open_problem(lead) is not None for lead in self.leads) <= 1

    @invariant()
    def inboxes_agree(self) -> None:
        assert rebuilt_inbox() == 0

    @invariant()
    def contact_is_open_to_one_clinic(self) -> None:
        assert sum(lead.state == LeadState.WON for lead in self.leads) <= 1

    @invariant()
    def pages_agree(self) -> None:
        with clock.set_to(self.at):
            if self.is_over:
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
    stories = int(os.environ.get("STORIES", "3"))
    quick = settings(max_examples=stories, stateful_step_count=30, **given)
    run_state_machine_as_test(AnyOrder, settings=quick)
