"""A held quote has no effect until its minutes are over; a sent one ends on its last day."""

from datetime import timedelta

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.leads import clocks
from marketplace.leads.request_actions import delete_request as withdraw_request
from marketplace.quotes.ending import expire_due
from marketplace.quotes.pending import release, release_due
from marketplace.quotes.queries import sent_quotes, standing_for_lead


def recorded(quote):
    rows = db.session.query(AuditEntry).filter_by(quote_id=quote.id).order_by(AuditEntry.id)
    return [(row.name, row.reason) for row in rows]


def test_held_is_seen_by_nobody_and_answers_nothing(make_quote):
    quote = make_quote(released=False)
    assert sent_quotes(quote.lead.request) == []
    assert (quote.lead.state, quote.lead.answered_at) == ("new", None)
    assert release_due(clock.now()) == 0


def test_released_it_answers_the_lead(make_quote):
    quote = make_quote(released=False)
    assert release_due(quote.held_until) == 1
    assert (quote.state, quote.lead.state) == ("sent", "quoted")
    assert quote.lead.answered_at is not None
    assert recorded(quote) == [("QuoteHeld", None), ("QuoteSent", None)]


def test_released_twice_is_sent_once(make_quote):
    quote = make_quote()
    release(quote)
    assert [name for name, _ in recorded(quote)] == ["QuoteHeld", "QuoteSent"]


def test_a_revision_replaces_the_earlier_one_when_it_goes_out(make_quote):
    first = make_quote()
    second = make_quote(first.lead, released=False)
    assert (first.state, standing_for_lead(first.lead)) == ("sent", second)
    release(second)
    assert (first.state, second.state) == ("superseded", "sent")
    assert recorded(second)[-1] == ("QuoteRevised", None)


def test_a_late_quote_is_welcome(make_lead, make_quote):
    lead = make_lead()
    clocks.expire_due(lead.due_at + timedelta(seconds=1))
    assert lead.state == "expired"
    assert make_quote(lead).state == "sent"
    assert lead.state == "quoted"


def test_a_request_that_ended_meanwhile_gets_none(make_quote):
    quote = make_quote(released=False)
    withdraw_request(quote.lead.request)
    release(quote)
    assert (quote.state, quote.sent_at) == ("withdrawn", None)
    assert recorded(quote)[-1] == ("QuoteWithdrawn", "request_ended")


def test_it_holds_through_its_last_day(make_quote):
    quote = make_quote()
    last = clock.now() + timedelta(days=(quote.valid_until - clock.today()).days)
    assert expire_due(last) == 0
    assert expire_due(last + timedelta(days=1)) == 1
    assert (quote.state, quote.lead.state) == ("expired", "opened")
