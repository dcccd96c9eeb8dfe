"""Was the price kept: one answer that can change, a number that stays, and a figure from five on."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.aftercare import plans, price_kept
from marketplace.aftercare.price_kept import PriceAnswer, PriceMonth
from marketplace.clinics.track_records import shown_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.models import Lead
from marketplace.quotes import choosing, ending
from marketplace.retention.erasure import erase
from tests.factories import Make, build_lead, build_member, build_quote
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    settled: Lead = make_settled()
    return settled


def month_of(lead: Lead) -> tuple[int, int, int]:
    row = db.session.scalars(select(PriceMonth).where(PriceMonth.clinic_id == lead.clinic_id)).one()
    return row.kept, row.raised, row.not_gone


@pytest.mark.parametrize(("answer", "counted"), [("yes", (1, 0, 0)), ("more", (0, 1, 0)), ("not_gone", (0, 0, 1))])
def test_each_answer_is_counted_once_however_often_it_changes(
    lead: Lead, answer: str, counted: tuple[int, int, int]
) -> None:
    for said in ("more", "yes", answer, answer):
        price_kept.say(lead.request, said, paid=51000)
    assert month_of(lead) == counted
    found = price_kept.price_answer(lead.request)
    assert found is not None
    assert price_kept.paid_of(lead.request, found) == (51000 if answer == "more" else None)


def test_the_answer_goes_with_the_request_and_the_number_stays(lead: Lead) -> None:
    price_kept.say(lead.request, "yes")
    erase(lead.request)
    assert db.session.scalars(select(PriceAnswer)).all() == []
    assert month_of(lead) == (1, 0, 0)


def test_who_chose_nobody_has_nothing_to_say(make_quote: Make) -> None:
    with pytest.raises(WrongState):
        price_kept.say(make_quote().lead.request, "yes")


def test_it_is_published_from_five_on(client: Any, make_settled: Make, make_clinic: Make) -> None:
    clinic = make_clinic()
    for number, answer in enumerate(("yes", "yes", "not_gone", "more", "yes", "yes")):
        assert "Price kept" not in client.get(f"/clinic/{clinic.slug}").page.text
        price_kept.say(make_settled(clinic=clinic, email=f"p{number}@patient.example").request, answer)
    assert "in 4 of 5" in client.get(f"/clinic/{clinic.slug}").page.text


def test_the_figure_moves_by_three_answers_wherever_it_stands(
    client: Any, make_settled: Make, make_clinic: Make, sign_in: Any
) -> None:
    clinic, seen = make_clinic(), []
    for number in range(9):
        answer = "more" if number > 4 else "yes"
        price_kept.say(make_settled(clinic=clinic, email=f"p{number}@patient.example").request, answer)
        shown = shown_record(clinic.id)
        seen.append((shown.prices_kept, shown.prices_told))
    assert seen == [(0, 0)] * 4 + [(5, 5)] * 3 + [(5, 8)] * 2
    assert "in 5 of 8" in sign_in(build_member(clinic)).get("/dashboard/numbers").page.text


def test_an_answer_that_changes_is_published_with_the_next_step(make_settled: Make, make_clinic: Make) -> None:
    clinic = make_clinic()
    leads = [make_settled(clinic=clinic, email=f"p{number}@patient.example") for number in range(8)]
    for lead in leads[:5]:
        price_kept.say(lead.request, "yes")
    price_kept.say(leads[0].request, "more")
    assert shown_record(clinic.id).prices_kept == 5
    for lead in leads[5:]:
        price_kept.say(lead.request, "yes")
    assert (shown_record(clinic.id).prices_kept, shown_record(clinic.id).prices_told) == (7, 8)


def test_one_tap_says_it_and_more_may_say_how_much(client: Any, lead: Lead) -> None:
    path = opened(client, lead.request) + "/kept"
    assert client.post(path, data={"kept": "yes"}).status_code == 303
    assert "You said: Yes, it was kept" in client.get(path).page.text
    assert client.post(path, data={"kept": "more", "paid": "a lot"}).status_code == 422
    assert client.post(path, data={"kept": "perhaps"}).status_code == 422
    assert client.post(path, data={"kept": "more", "paid": "510"}).status_code == 303
    assert client.get(path).page.one("input", id="paid").get("value") == "510"


def chosen_lead(*, first: date | None = None) -> Lead:
    """Returns the lead of a clinic whose choice can still be undone; its quote names this first date."""
    quote = build_quote(build_lead(), earliest_date=first)
    choosing.choose(quote)
    return quote.lead


@pytest.fixture
def make_chosen(make_quote: Make) -> Make:
    """The lead of a clinic that was chosen just now."""
    return chosen_lead


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


@pytest.mark.parametrize("ahead", [None, 0, 1])
def test_while_the_choice_can_be_undone_nothing_can_be_said(make_chosen: Make, ahead: int | None) -> None:
    lead = make_chosen(first=None if ahead is None else in_days(ahead))
    assert price_kept.sayable_answers(lead.request) == ()
    for answer in price_kept.PRICE_ANSWERS:
        with pytest.raises(WrongState, match="price_not_yet"):
            price_kept.say(lead.request, answer)


@pytest.mark.parametrize(
    ("ahead", "sayable"), [(None, ("yes", "more", "not_gone")), (0, ("yes", "more", "not_gone")), (1, ("not_gone",))]
)
def test_once_it_has_settled_who_did_not_go_can_say_so(
    make_settled: Make, ahead: int | None, sayable: tuple[str, ...]
) -> None:
    lead = make_settled(earliest_date=None if ahead is None else in_days(ahead))
    assert price_kept.sayable_answers(lead.request) == sayable


def test_the_day_that_the_patient_names_counts_before_the_quotes(make_settled: Make) -> None:
    request = make_settled(earliest_date=in_days(20)).request
    plans.set_first_session(request, clock.today())
    assert price_kept.sayable_answers(request) == price_kept.PRICE_ANSWERS
    plans.set_first_session(request, in_days(1))
    assert price_kept.sayable_answers(request) == ("not_gone",)


def test_what_was_said_of_a_settled_choice_stays(lead: Lead) -> None:
    price_kept.say(lead.request, "more")
    ending.revoke_consent(lead, "all")
    assert month_of(lead) == (0, 1, 0)


@pytest.mark.parametrize(
    ("ahead", "said"), [(None, "once your choice cannot"), (0, "once your choice cannot"), (9, "kept from")]
)
def test_before_that_the_page_says_from_when(client: Any, make_chosen: Make, ahead: int | None, said: str) -> None:
    base = opened(client, (lead := make_chosen(first=None if ahead is None else in_days(ahead))).request)
    page = client.get(base + "/kept")
    assert (page.status_code, said in page.page.text, "I paid what" in page.page.text) == (200, True, False)
    refused = client.post(base + "/kept", data={"kept": "more", "paid": "a lot"})
    assert (refused.status_code, refused.page.h1) == (409, "It is too early to say this")
    assert base + "/kept" not in client.get(base).text
    assert db.session.get(PriceAnswer, lead.request_id) is None


def test_the_request_page_offers_it_once_it_can_be_said(client: Any, lead: Lead) -> None:
    base = opened(client, lead.request)
    assert base + "/kept" in client.get(base).text


@pytest.mark.parametrize("paid", [0, 47999, 48000])
def test_more_is_above_the_quotes_total(lead: Lead, paid: int) -> None:
    with pytest.raises(Refused, match="paid_not_more"):
        price_kept.say(lead.request, "more", paid=paid)
    price_kept.say(lead.request, "more", paid=48001)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("480", "Type an amount above the quote's total of €480"), ("a lot", "What you paid: enter a number")],
)
def test_a_wrong_amount_is_said_beside_the_field_and_stays(client: Any, lead: Lead, typed: str, words: str) -> None:
    answer = client.post(opened(client, lead.request) + "/kept", data={"kept": "more", "paid": typed})
    field = answer.page.one("input", id="paid")
    assert (answer.status_code, field.get("value"), field.get("aria-invalid")) == (422, typed, "true")
    assert words in answer.page.text
