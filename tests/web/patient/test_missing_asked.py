"""What a quote does not state is asked for by one button, and what its clinic then changes is marked."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead
from marketplace.quotes.missing import missing_labels
from marketplace.quotes.models import Quote
from tests.factories import Make
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def quote(make_clinic: Make, make_request: Make, make_quote: Make) -> Quote:
    """The quote of the first of two clinics; it does not state who treats and when money comes back."""
    request = make_request(make_clinic(), make_clinic("Clinic Nar"))
    leads = db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)).all()
    make_quote(leads[1])
    found: Quote = make_quote(leads[0], practitioner_name=None, refund_if_refused=None)
    return found


def test_one_button_asks_the_clinic_for_all_of_it_in_one_message(client: Any, quote: Quote) -> None:
    base, labels = opened(client, quote.lead.request), missing_labels(quote)
    assert {"Name", "Refund if the doctor refuses on the day"} <= set(labels)
    page = client.get(f"{base}/compare").page
    action = f"{base}/quotes/{quote.number}/ask"
    assert [form.get("action") for form in page.all("form", method="post")].count(action) == 1
    assert client.post(action).headers["Location"] == f"{base}/messages/{quote.lead.clinic.slug}"
    (said,) = messages(quote.lead)
    assert said.author == "patient"
    assert all(f"- {label}" in said.body for label in labels)


def test_it_is_asked_once_a_version(client: Any, quote: Quote) -> None:
    base = opened(client, quote.lead.request)
    for _ in range(2):
        assert client.post(f"{base}/quotes/{quote.number}/ask").status_code == 303
    assert len(messages(quote.lead)) == 1
    page = client.get(f"{base}/compare").page
    assert f"{base}/quotes/{quote.number}/ask" not in [form.get("action") for form in page.all("form")]
    assert "Asked" in page.text


def test_what_the_clinic_changed_is_marked_where_it_stands(client: Any, quote: Quote, make_quote: Make) -> None:
    base = opened(client, quote.lead.request)
    new = make_quote(quote.lead, practitioner_name="Dr Ayşe Demir", refund_if_refused=True)
    compared, alone = (client.get(page).page.text for page in (f"{base}/compare", f"{base}/quotes/{new.number}"))
    assert "Changed. Before: Dermatologist, not named" in compared
    assert "Changed. Before: Not stated" in alone
    assert "who treats you and the deposit or refund" in alone


def test_a_quote_that_is_over_is_not_asked_about(client: Any, quote: Quote, make_quote: Make) -> None:
    base = opened(client, quote.lead.request)
    make_quote(quote.lead)
    assert client.post(f"{base}/quotes/{quote.number}/ask").status_code == 409
    assert messages(quote.lead) == []
