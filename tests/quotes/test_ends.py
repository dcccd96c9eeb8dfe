"""What has ended stays ended: nothing that a clinic held, withdrew or let expire wakes it."""

from datetime import timedelta

import pytest

from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads.request_actions import close, pause
from marketplace.quotes import choosing, drafting, ending, pending
from marketplace.quotes.drafting import total_disagrees
from marketplace.quotes.ending import expire_due
from marketplace.quotes.pending import release
from marketplace.quotes.queries import latest_for_lead, standing_for_lead
from tests.factories import terms


def test_a_discount_stands_in_the_sum(make_lead):
    wrong = terms(make_lead(), discount=5050, total=48000)
    assert total_disagrees(wrong).startswith("Total must be €429.50 (4 × €120 − €50.50)")


def test_undoing_a_revision_leaves_what_was_sent(make_quote):
    first = make_quote()
    second = drafting.submit_quote(first.lead, terms(first.lead, sessions=5, total=60000, nights_per_trip=29))
    pending.cancel_pending(first.lead)
    assert (second.state, first.state, first.lead.state) == ("withdrawn", "sent", "quoted")
    assert standing_for_lead(first.lead) is first
    assert latest_for_lead(first.lead) is second


def test_a_paused_request_takes_a_quote_an_ended_one_does_not(make_lead):
    lead = make_lead()
    pause(lead.request)
    pending.cancel_pending(drafting.submit_quote(lead, terms(lead)).lead)
    close(lead.request)
    with pytest.raises(WrongState):
        drafting.submit_quote(lead, terms(lead))


def test_a_revision_held_while_the_patient_declined_is_never_sent(make_quote):
    first = make_quote()
    second = drafting.submit_quote(first.lead, terms(first.lead))
    choosing.decline(first)
    release(second)
    assert second.state == "withdrawn"
    assert first.lead.state == "lost"


def test_a_withdrawn_quote_does_not_wake_a_closed_request(make_quote):
    quote = make_quote()
    close(quote.lead.request)
    ending.withdraw(quote, reason="mistake")
    assert quote.lead.state == "lost"


def test_an_expired_quote_does_not_wake_a_closed_request(make_quote):
    quote = make_quote()
    close(quote.lead.request)
    expire_due(clock.now() + timedelta(days=40))
    assert (quote.state, quote.lead.state) == ("expired", "lost")
