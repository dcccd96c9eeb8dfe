"""When a choice is undone, the clinic that had the contact details is asked to delete them, chased, and confirms it."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.foundation import clock
from marketplace.leads.deletion_duties import chase_due, confirm_deletion, duties_of
from marketplace.quote_requests.states import CONTACT
from marketplace.quotes import choosing, ending
from marketplace.quotes.models import Quote
from tests.factories import Make, build_member
from tests.outbox import emails
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def undone(make_quote: Make) -> Quote:
    """The quote whose choice was just undone."""
    quote: Quote = make_quote()
    choosing.choose(quote)
    choosing.undo_choice(quote.lead.request)
    return quote


def duties(quote: Quote) -> list[tuple[str, str]]:
    return [(duty.purpose, duty.state) for duty in duties_of(quote.lead)]


def test_the_contact_is_to_be_deleted(undone: Quote) -> None:
    assert duties(undone) == [(CONTACT, "asked")]


def test_a_clinic_that_does_not_confirm_is_asked_again(undone: Quote) -> None:
    assert chase_due(clock.now() + timedelta(days=3)) == 1
    assert len(emails("delete_reminder")) == 1
    confirm_deletion(undone.lead)
    assert chase_due(clock.now() + timedelta(days=8)) == 0


def test_the_clinic_confirms_it_on_its_page_and_the_patient_reads_that(
    client: Any, undone: Quote, sign_in: Any
) -> None:
    path = opened(client, undone.lead.request) + "/sharing"
    assert "Email, phone: asked on" in client.get(path).page.text
    desk, lead = sign_in(build_member(undone.lead.clinic)), f"/dashboard/leads/{undone.lead.request.ref}"
    assert "The patient has undone the choice of your clinic." in desk.get(lead).page.text
    assert desk.post(lead + "/delete-confirmed", data={"what": CONTACT}).status_code == 303
    assert "The clinic confirmed on" in client.get(path).page.text


def test_who_chooses_the_clinic_again_asks_for_it_no_more(undone: Quote) -> None:
    choosing.choose(undone)
    assert duties(undone) == [(CONTACT, "lifted")]


def test_a_revoked_consent_asks_for_all_of_it_at_once(make_quote: Make) -> None:
    choosing.choose(quote := make_quote())
    ending.revoke_consent(quote.lead, "all")
    assert CONTACT not in dict(duties(quote))
    assert "request" in dict(duties(quote))
