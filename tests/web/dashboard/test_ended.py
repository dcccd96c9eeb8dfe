"""What the page of a lead says once the patient has decided."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import OPEN_RETENTION, close, expire_due
from marketplace.quotes import choosing
from marketplace.quotes.choosing import decline
from tests.factories import Make, build_quote


def choose_another(lead: Lead) -> None:
    others = select(Lead).where(Lead.request_id == lead.request_id, Lead.id != lead.id)
    choosing.choose(build_quote(db.session.scalars(others).one()))


ENDS = {
    "chose another clinic": choose_another,
    "decided against your quote": lambda lead: decline(build_quote(lead)),
    "has closed the request": lambda lead: close(lead.request),
    "has expired": lambda _lead: expire_due(clock.now() + OPEN_RETENTION * 2),
}


@pytest.fixture
def lead(desk: Any, make_clinic: Make, make_request: Make) -> Lead:
    request = make_request(desk.clinic, make_clinic("Clinic Nar"))
    query = select(Lead).where(Lead.request_id == request.id, Lead.clinic_id == desk.clinic.id)
    return db.session.scalars(query).one()


@pytest.mark.parametrize("said", ENDS)
def test_a_lost_lead_says_how_it_ended(desk: Any, lead: Lead, said: str) -> None:
    ENDS[said](lead)
    text = desk.get(f"/dashboard/leads/{lead.request.ref}").page.text
    assert [words for words in ENDS if words in text] == [said]


def test_its_own_quote_stays_to_be_read(desk: Any, lead: Lead) -> None:
    build_quote(lead)
    choose_another(lead)
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    assert "€480" in page.text
    assert "Ana" not in page.text


def test_the_contact_can_be_tapped_and_says_until_when(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic, email="zeb+x@patient.example", phone="+442079460000 ext. 5")
    choosing.choose(build_quote(lead))
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    (mail,) = [link.get("href") for link in page.all("a") if "mailto:" in link.get("href", "")]
    assert mail == f"mailto:zeb%2Bx@patient.example?subject={lead.request.ref}"
    assert page.all("a", href="tel:+442079460000;ext=5")
    assert "can undo the choice until" in page.text
