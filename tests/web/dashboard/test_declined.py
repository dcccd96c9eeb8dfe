"""What a clinic reads when a patient decided against its quote."""

from typing import Any

from marketplace.extensions import db
from marketplace.quotes.choosing import decline
from tests.factories import Make


def test_when_and_why(desk: Any, make_lead: Make, make_quote: Make) -> None:
    quote = make_quote(make_lead(desk.clinic))
    decline(quote, reason="trips")
    db.session.commit()
    text = desk.get(f"/dashboard/leads/{quote.lead.request.ref}").page.text
    assert "The patient decided against your quote on" in text
    assert "Reason: The trips or their dates." in text
