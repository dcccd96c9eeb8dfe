"""What a patient reads when a clinic they asked may not go on: on the page that the email leads to, and in it."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.clinics import checks
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.quotes import choosing, stopping
from marketplace.quotes.models import Quote
from marketplace.quotes.request_export import export
from marketplace.worker import run_timers
from tests.factories import Make
from tests.outbox import emails, only, text_of
from tests.web.patient.test_request_pages import opened

STATEMENT = {"reasons": ["patient_report"], "statement": "Two patients report another price."}
MARK = "Cannot be chosen now"


@pytest.fixture
def three(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Quote]:
    """Quotes of three clinics, the cheapest of one that is suspended."""
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"))
    prices = {"Clinic A": 9000, "Clinic B": 12000, "Clinic C": 15000}
    by_name = sorted(leads_of(request), key=lambda lead: lead.clinic.name)
    quotes = [
        make_quote(lead, price_per_session=prices[lead.clinic.name], total=4 * prices[lead.clinic.name])
        for lead in by_name
    ]
    stopping.suspend(quotes[0].lead.clinic, **STATEMENT)
    return quotes


def revoke(lead: Lead, kind: str) -> None:
    check = checks.check_of(lead.clinic, kind)
    stopping.decide_check(check, verdict="revoke", evidence="", source="", expires_on=None, checked_by="A.B.")


def test_the_page_says_what_the_mail_says(client: Any, three: list[Quote]) -> None:
    page = client.get(opened(client, three[0].lead.request)).page
    mail = " ".join(text_of(only("clinic_changed")).split())
    for sentence in ("We have suspended the listing of this clinic.", "You can ask other clinics."):
        assert sentence in page.text
        assert sentence in mail
    assert "Compare 2 quotes" in page.text


def test_where_no_clinic_can_answer_the_page_promises_nothing(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    path = opened(client, lead.request)
    shown = client.get(path).page
    assert "No quote yet" in shown.text
    assert shown.all("a", href=f"/clinic/{lead.clinic.slug}")
    stopping.suspend(lead.clinic, **STATEMENT)
    page = client.get(path).page
    assert "No quote yet" not in page.text
    assert "No clinic that has your request can answer it now" in page.text
    assert not page.all("a", href=f"/clinic/{lead.clinic.slug}")


def test_compare_marks_it_and_never_calls_it_the_lowest(client: Any, three: list[Quote]) -> None:
    page = client.get(f"{opened(client, three[0].lead.request)}/compare").page
    assert page.h1 == "Compare your 2 quotes"
    (best,) = [cell for cell in page.all("td") if "Lowest total" in "".join(cell.itertext())]
    assert f"q{three[1].number}" in best.get("headers", "")
    assert MARK in page.text


def test_it_cannot_be_chosen(client: Any, three: list[Quote]) -> None:
    base = f"{opened(client, three[0].lead.request)}/quotes/{three[0].number}"
    assert MARK in client.get(base).page.text
    assert f"{base}/choose" not in client.get(base).text
    assert client.get(f"{base}/choose").status_code == 409
    assert client.post(f"{base}/choose").status_code == 409


def test_it_cannot_be_written_to(client: Any, three: list[Quote]) -> None:
    path = f"{opened(client, three[0].lead.request)}/messages/{three[0].lead.clinic.slug}"
    page = client.get(path).page
    assert "We have suspended the listing" in page.text
    assert page.all("textarea") == []


def test_what_a_patient_takes_along_says_so(client: Any, three: list[Quote]) -> None:
    stored = export(three[0].lead.request, {})
    assert [quote["can_be_chosen"] for quote in stored["quotes"]] == [False, True, True]


def test_a_check_that_no_clinic_needs_is_told_and_stops_nothing(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    revoke(lead, "insurance")
    assert lead.state == "new"
    sentence = "One of our checks of this clinic has ended: Insurance."
    assert sentence in " ".join(text_of(only("clinic_changed")).split())
    assert sentence in client.get(opened(client, lead.request)).page.text


def test_three_checks_that_end_on_one_day_are_one_mail(make_lead: Make) -> None:
    lead = make_lead()
    for kind in ("insurance", "products", "prices"):
        revoke(lead, kind)
    assert len(emails("clinic_changed")) == 1


@pytest.mark.parametrize("first", ["suspension", "check"])
def test_a_suspension_and_a_check_on_one_day_are_one_mail(make_lead: Make, first: str) -> None:
    lead = make_lead()
    stopping.suspend(lead.clinic, **STATEMENT) if first == "suspension" else revoke(lead, "licence")
    revoke(lead, "people")
    revoke(lead, "insurance")
    if first == "check":
        stopping.suspend(lead.clinic, **STATEMENT)
    assert len(emails("clinic_changed")) == 1


def test_all_checks_that_end_by_the_calendar_are_one_mail(make_lead: Make) -> None:
    lead = make_lead()
    for check in lead.clinic.checks:
        check.expires_on = clock.today()
    db.session.commit()
    run_timers(clock.now() + timedelta(days=1))
    assert lead.state == "frozen"
    assert len(emails("clinic_changed")) == 1


def test_the_same_people_are_told_when_it_may_go_on(make_lead: Make) -> None:
    lead = make_lead()
    stopping.suspend(lead.clinic, **STATEMENT)
    stopping.reinstate(lead.clinic)
    assert only("clinic_returned").request_id == lead.request_id


def test_whoever_chose_it_is_told_and_may_undo_anew(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    choosing.choose(quote)
    stopping.suspend(quote.lead.clinic, **STATEMENT)
    page = client.get(opened(client, quote.lead.request)).page
    assert "It keeps the contact details it has" in page.text
    assert "Undo my choice" in page.text
    assert "keeps the contact details it has" in " ".join(text_of(only("clinic_changed")).split())
