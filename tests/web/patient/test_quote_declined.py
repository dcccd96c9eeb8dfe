"""Not this one: asked first, told in the same words everywhere, and undone as a choice is."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads import request_actions
from marketplace.leads.queries import leads_of
from marketplace.quotes import choosing, stopping
from marketplace.quotes.choosing import decline, undo_decline
from marketplace.quotes.models import Quote
from tests.factories import Make, build_member
from tests.outbox import emails
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def three(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Quote]:
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"))
    return [make_quote(lead) for lead in leads_of(request)]


def base_of(client: Any, quote: Quote) -> str:
    return f"{opened(client, quote.lead.request)}/quotes/{quote.number}"


def told(name: str) -> set[object]:
    return {email.clinic_id for email in emails(name)}


def test_it_is_asked_first(client: Any, three: list[Quote]) -> None:
    base = base_of(client, three[0])
    assert client.get(base).page.one("a", href=f"{base}/decline") is not None
    page = client.get(f"{base}/decline").page
    assert page.h1 == f"Decide against the quote of {three[0].lead.clinic.name}?"
    assert three[0].state == "sent"


@pytest.mark.parametrize("reason", ["", "price"])
def test_a_reason_is_theirs_to_give(client: Any, three: list[Quote], reason: str) -> None:
    base = base_of(client, three[0])
    assert client.post(f"{base}/decline", data={"reason": reason}).status_code == 303
    assert (three[0].state, three[0].lead.quote_decline_reason) == ("not_chosen", reason or None)


@pytest.mark.parametrize("reason", ["mood", "elsewhere"])
def test_another_reason_is_refused(client: Any, three: list[Quote], reason: str) -> None:
    base = base_of(client, three[0])
    assert client.post(f"{base}/decline", data={"reason": reason}).status_code == 422
    with pytest.raises(Refused):
        decline(three[0], reason=reason)


def test_one_of_five_reasons_can_be_given_and_one_of_before_is_still_read(
    client: Any, three: list[Quote], sign_in: Any
) -> None:
    offered = client.get(base_of(client, three[0]) + "/decline").page.all("input", name="reason")
    assert [field.get("value") for field in offered] == ["price", "trips", "product", "person", "not_now"]
    decline(three[0], reason="price")
    three[0].lead.quote_decline_reason = "elsewhere"
    db.session.commit()
    desk = sign_in(build_member(three[0].lead.clinic))
    assert "Reason: An offer elsewhere." in desk.get(f"/dashboard/leads/{three[0].lead.request.ref}").page.text


def test_pages_count_it_no_more_and_call_it_the_same(client: Any, three: list[Quote]) -> None:
    decline(three[0])
    base = opened(client, three[0].lead.request)
    page = client.get(base).page
    assert "Compare 2 quotes" in page.text
    assert "You decided against it" in page.text
    assert "You decided against it" in client.get(f"{base}/quotes/{three[0].number}").page.text
    compare = client.get(f"{base}/compare").page
    assert compare.h1 == "Compare your 2 quotes"
    assert "You decided against it" in client.get(f"{base}/compare?quotes={three[0].number}").page.text


def test_a_declined_quote_ticked_by_hand_is_shown_and_never_kept(client: Any, three: list[Quote]) -> None:
    decline(three[0])
    base = opened(client, three[0].lead.request) + "/compare"
    first, second, third = (quote.number for quote in three)
    all_shown = client.get(f"{base}?quotes={first}&quotes={second}&quotes={third}").page
    assert "Keep these side by side" not in all_shown.text
    two = client.get(f"{base}?quotes={first}&quotes={second}").page
    assert "What you decided against is not among them." in two.text
    assert two.one("input", type="hidden", name="quotes").get("value") == str(second)
    assert "Keep these side by side" not in client.get(f"{base}?quotes={first}").page.text


def test_it_is_undone_on_the_page(client: Any, three: list[Quote]) -> None:
    decline(three[0], reason="price")
    base = base_of(client, three[0])
    assert "You can undo this until" in client.get(base).page.text
    assert client.post(f"{base}/undo").status_code == 303
    assert (three[0].state, three[0].lead.state) == ("sent", "quoted")
    assert three[0].lead.quote_declined_at is three[0].lead.quote_decline_reason is None
    assert told("decline_undone") == {three[0].lead.clinic_id}


def test_not_after_48_hours(three: list[Quote]) -> None:
    decline(three[0])
    with clock.set_to(clock.now() + timedelta(hours=49)), pytest.raises(WrongState):
        undo_decline(three[0])


@pytest.mark.parametrize("end", ["closed", "chosen"])
def test_not_once_the_request_is_not_open(three: list[Quote], end: str) -> None:
    decline(three[0])
    request_actions.close(three[0].lead.request) if end == "closed" else choosing.choose(three[1])
    with pytest.raises(WrongState):
        undo_decline(three[0])


def test_a_choice_and_its_undo_say_nothing_to_who_was_declined(three: list[Quote]) -> None:
    one, two, three_ = three
    decline(one)
    choosing.choose(two)
    assert told("not_chosen") == {three_.lead.clinic_id}
    choosing.undo_choice(one.lead.request)
    assert told("clinic_choice_undone") == {two.lead.clinic_id, three_.lead.clinic_id}
    assert (one.state, one.lead.state) == ("not_chosen", "lost")
    undo_decline(one)
    assert (one.state, one.lead.state) == ("sent", "quoted")


def test_closing_says_nothing_to_who_was_declined(three: list[Quote]) -> None:
    decline(three[0])
    request_actions.close(three[0].lead.request)
    assert told("request_closed") == {quote.lead.clinic_id for quote in three[1:]}


def test_undone_at_a_stopped_clinic_it_is_frozen_and_nobody_is_told_it_stands(three: list[Quote]) -> None:
    decline(three[0])
    stopping.suspend(three[0].lead.clinic, reasons=["patient_report"], statement="Reports.")
    undo_decline(three[0])
    assert (three[0].state, three[0].lead.state) == ("sent", "frozen")
    assert emails("decline_undone") == []
    stopping.reinstate(three[0].lead.clinic)
    assert told("decline_undone") == {three[0].lead.clinic_id}


def test_a_clinic_that_was_stopped_meanwhile_is_told_that_a_choice_was_undone(three: list[Quote]) -> None:
    one, two, three_ = three
    choosing.choose(one)
    stopping.suspend(two.lead.clinic, reasons=["patient_report"], statement="Reports.")
    choosing.undo_choice(one.lead.request)
    assert told("clinic_choice_undone") == {one.lead.clinic_id, three_.lead.clinic_id}
    stopping.reinstate(two.lead.clinic)
    assert told("clinic_choice_undone") == {quote.lead.clinic_id for quote in three}
