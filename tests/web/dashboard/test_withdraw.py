"""A clinic withdraws a quote: it is asked first, says why, and the patient is told."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.quotes.models import Quote
from tests.conftest import reader_of
from tests.factories import Make
from tests.outbox import emails, text_of


@pytest.fixture
def quote(desk: Any, make_lead: Make, make_quote: Make) -> Quote:
    sent: Quote = make_quote(make_lead(desk.clinic))
    desk.path = f"/dashboard/leads/{sent.lead.request.ref}"
    db.session.commit()
    return sent


def test_it_is_asked_before_anything_happens(desk: Any, quote: Quote) -> None:
    assert desk.get(desk.path).page.all("a", href=f"{desk.path}/withdraw")
    page = desk.get(f"{desk.path}/withdraw").page
    assert "€480 can no longer be chosen" in page.text
    assert quote.state == "sent"


@pytest.mark.parametrize("reason", ["", "because"])
def test_without_a_reason_of_the_list_nothing_happens(desk: Any, quote: Quote, reason: str) -> None:
    answer = desk.post(f"{desk.path}/withdraw", data={"reason": reason})
    assert answer.status_code == 422
    assert (quote.state, emails("quote_withdrawn")) == ("sent", [])


def test_the_patient_is_told_and_reads_why(desk: Any, quote: Quote, app: Any) -> None:
    assert desk.post(f"{desk.path}/withdraw", data={"reason": "no_dates"}).status_code == 303
    (email,) = emails("quote_withdrawn")
    assert "480" not in text_of(email)
    assert "appointments" not in text_of(email)
    patient, home = reader_of(app), f"/my/requests/{quote.lead.request.ref}"
    link = signed_links.issue("page", subject_id=quote.request_id, lifetime=timedelta(days=7))
    db.session.commit()
    patient.get(f"/q/{signed_links.token_of(link)}")
    for page in (home, f"{home}/quotes/{quote.number}"):
        assert "it has no appointments left at that time" in patient.get(page).page.text
    assert patient.post(f"{home}/quotes/{quote.number}/choose").status_code == 409


def test_the_clinic_reads_what_it_said_and_may_quote_again(desk: Any, quote: Quote) -> None:
    desk.post(f"{desk.path}/withdraw", data={"reason": "mistake"})
    page = desk.get(desk.path).page.text
    assert "There is a mistake in it" in page
    assert "Send quote of" in page
    assert desk.get(f"{desk.path}/withdraw").status_code == 409


def test_what_nobody_saw_is_undone_without_a_mail(desk: Any, make_lead: Make, make_quote: Make) -> None:
    held = make_quote(make_lead(desk.clinic, email="b@patient.example"), released=False)
    db.session.commit()
    path = f"/dashboard/leads/{held.lead.request.ref}"
    assert desk.post(f"{path}/withdraw", data={"reason": "price"}).status_code == 409
    assert desk.post(f"{path}/undo").status_code == 303
    assert (held.state, emails("quote_withdrawn")) == ("withdrawn", [])
