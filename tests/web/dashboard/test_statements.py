"""How many statements the pages of a clinic send, counted where they leave: none more for more requests."""

from typing import Any

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.leads.messages import PATIENT, post_message
from marketplace.quotes import stopping
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_clinic, build_lead, build_member, build_quote
from tests.reading import form_fields
from tests.statements import statements_sent

# The session with account and team, whose rows are seen, the page.
INBOX = 3
# What is frozen is closed to the clinic: its references are read by the system.
STOPPED = INBOX + 1
PAGES = {"listing": 7, "checks": 3, "numbers": 5, "team": 4}
REQUEST = 26  # with a message, the access recorded, and the form prefilled
SEND = 37  # a quote, held for minutes
PING = "SELECT 1"  # where a connection lay idle on a slow machine
PATHS = ("", "?state=won", "?state=waiting", "?unread=1", "?page=2", "?state=closed&unread=1")


def browser_of_a_clinic(app: Flask, *, leads: int, stopped: bool = False) -> Any:
    """A member's browser; the clinic has so many leads, one with an unread message and one whose quote waits."""
    with app.app_context():
        clinic = build_clinic("Clinic Lale", daily_capacity=99, weekly_capacity=99)
        made = [build_lead(clinic, email=f"ana{n}@patient.example") for n in range(leads)]
        post_message(made[0], author=PATIENT, body="Hello")
        build_quote(made[1], released=False)
        build_member(clinic, email="ayse@clinic.example")
        if stopped:
            stopping.suspend(clinic, reasons=["patient_report"], statement="Two patients report another price.")
        db.session.commit()
    browser = app.test_client()
    browser.post("/account/login", data={"email": "ayse@clinic.example", "password": PASSWORD})
    return browser


def sent_for(app: Flask, browser: Any, path: str) -> list[str]:
    """What is sent for a page that this browser opened before."""
    browser.get(path)
    with statements_sent(app) as sent:
        assert browser.get(path).status_code == 200
    return [statement for statement in sent if statement != PING]


@pytest.mark.parametrize("leads", [2, 27])
def test_the_inbox_sends_three_statements_however_many_requests(own_app: Flask, leads: int) -> None:
    browser = browser_of_a_clinic(own_app, leads=leads)
    for path in PATHS[: 1 if leads == 2 else None]:
        sent = sent_for(own_app, browser, f"/dashboard/leads{path}")
        assert len(sent) == INBOX, (path, sent)


@pytest.mark.parametrize("page", PAGES)
def test_the_other_pages_cost_few(own_app: Flask, page: str) -> None:
    browser = browser_of_a_clinic(own_app, leads=2)
    assert len(sent_for(own_app, browser, f"/dashboard/{page}")) <= PAGES[page]


def test_a_request_costs_no_more_than_it_did(own_app: Flask) -> None:
    browser = browser_of_a_clinic(own_app, leads=3)
    path = browser.get("/dashboard/leads").text.partition('href="/dashboard/leads/')[2].partition('"')[0]
    sent = sent_for(own_app, browser, f"/dashboard/leads/{path}")
    assert len(sent) <= REQUEST, sent


def test_a_stopped_clinic_costs_one_more(own_app: Flask) -> None:
    browser = browser_of_a_clinic(own_app, leads=3, stopped=True)
    assert len(sent_for(own_app, browser, "/dashboard/leads")) == STOPPED


def test_sending_a_quote_takes_few(own_app: Flask) -> None:
    browser_of_a_clinic(own_app, leads=3)
    member = reader_of(own_app)
    member.post("/account/login", data={"email": "ayse@clinic.example", "password": PASSWORD})
    ref = member.get("/dashboard/leads").text.partition('href="/dashboard/leads/')[2].partition('"')[0]
    form = next(
        each for each in member.get(f"/dashboard/leads/{ref}").page.all("form") if "/quote" in each.get("action", "")
    )
    fields = form_fields(form) | {"sessions": "4", "price_per_session": "120", "total": "480"}
    with statements_sent(own_app) as sent:
        assert member.post(f"/dashboard/leads/{ref}/quote", data=fields).status_code == 303
    assert len(sent) <= SEND, "\n".join(sent)
