"""What is odd in a quote is pointed out at once and together, and an operator sees what went out all the same."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.catalogue import exchange
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Disagreements
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.flags import Confirmed
from marketplace.quotes.pending import cancel_pending
from marketplace.quotes.prefilling import prefill, sources
from marketplace.quotes.states import PriceReason
from marketplace.reviews.models import ReviewItem, ReviewKind, ReviewState
from tests.factories import terms

DEAR = {"price_per_session": 200000, "total": 800000}
TICKED = Confirmed(as_it_is=True)


def refused(lead, confirmed=None, **changes):
    with pytest.raises(Disagreements) as problems:
        submit_quote(lead, terms(lead, **changes), confirmed=confirmed or Confirmed())
    return {problem.field: problem.words for problem in problems.value.problems}


def items():
    return {item.kind: item for item in db.session.scalars(select(ReviewItem))}


def test_all_that_disagrees_is_said_together(make_lead):
    yesterday = clock.today() - timedelta(days=1)
    found = refused(
        make_lead(), total=40000, deposit=40001, price_may_change_by=900000, deposit_refundable_until=yesterday
    )
    assert set(found) == {"total", "deposit", "price_may_change_by", "deposit_refundable_until"}


@pytest.mark.parametrize("price", [200000, 2000])
def test_a_price_far_from_the_own_list_needs_a_reason(make_lead, price):
    lead, odd = make_lead(), {"price_per_session": price, "total": 4 * price}
    words = refused(lead, **odd)["price_per_session"]
    assert "far from your price list (€60 to €180)" in words
    assert "price_per_session" in refused(lead, TICKED, **odd)
    submit_quote(lead, terms(lead, **odd), confirmed=Confirmed(price_reason=PriceReason.LARGER_AREA))
    detail = items()[ReviewKind.PRICE_OUTSIDE_RANGE].detail
    assert (detail["price"], detail["low"], detail["high"]) == (price, 6000, 18000)
    assert (detail["reason"], detail["basis"]) == ("larger_area", "own_list")


@pytest.mark.parametrize("price", [3000, 35000])
def test_half_the_list_and_double_are_near_enough(make_lead, price):
    lead = make_lead()
    assert submit_quote(lead, terms(lead, price_per_session=price, total=4 * price)).total == 4 * price
    assert items() == {}


def test_without_a_list_the_range_of_the_country_counts(make_clinic, make_lead):
    exchange.load_rates()
    lead = make_lead(make_clinic(offers=()))
    assert "usual range in Türkiye" in refused(lead, **DEAR)["price_per_session"]
    assert items() == {}


def test_a_discount_that_leaves_next_to_nothing_counts_as_the_price(make_lead):
    assert "price_per_session" in refused(make_lead(), discount=47000, total=1000)


def test_a_quote_of_nothing_is_asked_about_and_shown_to_an_operator(make_lead):
    lead, nothing = make_lead(), {"discount": 48000, "total": 0}
    assert "The total is nothing" in refused(lead, **nothing)["total"]
    submit_quote(lead, terms(lead, **nothing), confirmed=TICKED)
    assert ReviewKind.ZERO_TOTAL in items()


def test_doubtful_words_go_out_and_are_flagged(make_lead):
    lead = make_lead(questions=["Does it hurt?"])
    submit_quote(lead, terms(lead, message="The result is guaranteed.", answers=("It is painless",)))
    assert items()[ReviewKind.DOUBTFUL_WORDS].detail == {"field": "answers-1, message"}


def test_an_honest_no_goes_out_without_a_flag(make_lead):
    lead = make_lead()
    submit_quote(lead, terms(lead, message="We cannot guarantee a result. All the best, Dr Ay"))
    assert items() == {}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ReviewKind.CONTACT_DETAILS, "WhatsApp me +90 532 111 22 33"),
        (ReviewKind.PRESSURE, "Only 2 places left, decide today."),
    ],
)
def test_contact_and_pressure_are_asked_about_first(make_lead, kind, text):
    lead = make_lead()
    assert text in refused(lead, message=text)["message"]
    submit_quote(lead, terms(lead, message=text), confirmed=TICKED)
    assert set(items()) == {kind}


def test_whom_to_call_when_something_goes_wrong_may_be_said(make_lead):
    lead = make_lead()
    submit_quote(lead, terms(lead, if_something_goes_wrong="Call +90 212 111 22 33 at any hour"))
    assert items() == {}


def test_an_earliest_date_after_the_last_day_of_the_price_is_asked_about(make_lead):
    lead, late = make_lead(), {"earliest_date": clock.today() + timedelta(days=200)}
    assert "after the last day of this price" in refused(lead, **late)["earliest_date"]
    assert submit_quote(lead, terms(lead, **late), confirmed=TICKED).earliest_date == late["earliest_date"]


def test_what_was_undone_is_not_to_be_looked_at(make_lead):
    lead = make_lead()
    submit_quote(lead, terms(lead, message="Guaranteed"))
    cancel_pending(lead)
    assert {item.state for item in items().values()} == {ReviewState.DECIDED}


def test_odd_terms_for_one_patient_are_no_default_for_the_next(make_clinic, make_lead, make_quote):
    clinic = make_clinic()
    odd = {"price_per_session": 17000, "discount": 8000, "total": 60000, "deposit": 50000, "price_may_change_by": 9000}
    make_quote(make_lead(clinic), **odd, product="Another", included=("hotel",), message="Ana, see you soon")
    later = prefill(make_lead(clinic, email="b@patient.example"))
    assert (later.price_per_session, later.discount, later.deposit) == (12000, 0, 0)
    assert (later.price_may_change_by, later.message, later.total) == (None, "", later.sessions * 12000)
    assert (later.product, later.included) == ("Another", ("hotel",))


def test_a_form_says_where_its_values_come_from(make_clinic, make_lead, make_quote):
    clinic = make_clinic()
    first = sources(make_lead(clinic))
    assert (first.price.low, first.earlier_quote) == (6000, False)
    make_quote(make_lead(clinic, email="b@patient.example"))
    assert sources(make_lead(clinic, email="c@patient.example")).earlier_quote


def test_a_quote_that_was_undone_is_no_source(make_clinic, make_lead, make_quote):
    clinic = make_clinic()
    cancel_pending(make_quote(make_lead(clinic), released=False, product="Mistyped").lead)
    assert prefill(make_lead(clinic, email="b@patient.example")).product == "NCTF 135 HA"
