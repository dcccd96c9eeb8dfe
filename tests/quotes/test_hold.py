"""A quote agrees with itself, is held for its minutes and can be taken back."""

from datetime import timedelta

import pytest

from marketplace.foundation import clock
from marketplace.foundation.problems import Refused, WrongState
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.ending import withdraw
from marketplace.quotes.pending import cancel_pending, release
from marketplace.quotes.prefilling import prefill
from marketplace.quotes.terms import terms_of
from tests.factories import terms


def test_a_total_that_disagrees_says_the_sum(make_lead):
    with pytest.raises(Refused) as refused:
        submit_quote(lead := make_lead(), terms(lead, total=50000))
    assert refused.value.field == "total"
    assert refused.value.message == "Total must be €480 (4 × €120). Change the total or add a discount"


def test_a_stated_discount_makes_it_agree(make_lead):
    lead = make_lead()
    assert submit_quote(lead, terms(lead, discount=8000, total=40000)).total == 40000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trips", 0),
        ("trips", 13),
        ("sessions", 0),
        ("nights_per_trip", 61),
        ("nights_per_trip", 14),  # two sessions two weeks apart need fifteen
        ("session_gap_weeks", 0),
        ("deposit", 48001),
        ("message", "x" * 601),
        ("price_may_change_by", 48001),
    ],
)
def test_what_cannot_be_stored_names_its_field(make_lead, field, value):
    lead = make_lead()
    with pytest.raises(Refused) as refused:
        submit_quote(lead, terms(lead, **{field: value}))
    assert refused.value.field == field


@pytest.mark.parametrize(("days", "fits"), [(6, False), (7, True), (90, True), (91, False)])
def test_it_is_open_for_7_to_90_days(make_lead, days, fits):
    lead = make_lead()
    until = clock.today() + timedelta(days=days)
    if fits:
        assert submit_quote(lead, terms(lead, valid_until=until)).valid_until == until
    else:
        with pytest.raises(Refused, match="7 to 90 days"):
            submit_quote(lead, terms(lead, valid_until=until))


def test_message_and_answers_are_sealed_and_come_back(make_lead):
    lead = make_lead(questions=["Who treats me?"])
    quote = submit_quote(lead, terms(lead, message="Good morning", answers=("Dr Sample",)))
    assert b"Good morning" not in quote.message_sealed
    assert b"Dr Sample" not in quote.answers_sealed
    assert (terms_of(quote).message, terms_of(quote).answers) == ("Good morning", ("Dr Sample",))


def test_numbers_count_in_the_request_and_versions_in_the_lead(make_clinic, make_request, make_quote):
    from marketplace.leads.queries import leads_of

    one, two = leads_of(make_request(make_clinic("Clinic Lale"), make_clinic("Clinic Nar")))
    made = [make_quote(one), make_quote(two), make_quote(one)]
    assert [(quote.number, quote.version) for quote in made] == [(1, 1), (2, 1), (3, 2)]


def test_a_colleague_was_faster(make_lead, make_quote):
    quote = make_quote(released=False)
    with pytest.raises(WrongState, match="A colleague has just answered"):
        submit_quote(quote.lead, terms(quote.lead))


def test_undo_takes_it_back_and_keeps_the_lead_waiting(make_quote):
    quote = make_quote(released=False)
    cancel_pending(quote.lead)
    release(quote)
    assert (quote.state, quote.sent_at, quote.lead.state, quote.lead.answered_at) == (
        "withdrawn",
        None,
        "new",
        None,
    )


def test_undo_is_too_late_once_it_has_gone_out(make_quote):
    with pytest.raises(WrongState, match="gone out already"):
        cancel_pending(make_quote().lead)


def test_a_sent_one_that_is_withdrawn_leaves_time_to_quote_anew(make_quote):
    quote = make_quote()
    withdraw(quote, reason="mistake")
    assert (quote.state, quote.lead.state) == ("withdrawn", "opened")
    assert quote.lead.due_at > clock.now() + timedelta(hours=47)
    assert make_quote(quote.lead).version == 2


def test_the_form_starts_from_the_price_list_then_from_the_last_quote(make_clinic, make_lead, make_quote):
    clinic = make_clinic(low=6000)
    first = prefill(make_lead(clinic))
    assert (first.price_per_session, first.total) == (12000, first.sessions * 12000)
    assert (first.practitioner_name, first.product) == ("Dr Ayşe Sample", "NCTF 135 HA")
    make_quote(make_lead(clinic, email="b@patient.example"), product="Another")
    later = prefill(make_lead(clinic, email="c@patient.example"))
    assert (later.product, later.message) == ("Another", "")
    assert later.valid_until == clock.today() + timedelta(days=30)
