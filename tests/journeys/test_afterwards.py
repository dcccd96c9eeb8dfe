"""From the choice to the clinic's answer to a problem: by pages, the timers' command and the emails."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.aftercare.problems import open_problem
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import links
from marketplace.quotes import choosing
from tests.conftest import reader_of
from tests.factories import Make, build_member
from tests.outbox import emails

WORDS = ("treat", "skin", "inject", "lump", "health", "facial", "meso")


def run_timers(app: Flask, now: datetime) -> None:
    """The command that the worker's clock stands for."""
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["timers", "run", "--now", now.isoformat()])
    assert answer.exit_code == 0, answer.output


def mailed_link(name: str) -> str:
    """The link of the newest email of that name, as it is made when it is sent."""
    email = emails(name)[-1]
    assert not [word for word in WORDS if word in email.subject.lower()]
    links.make_ready(email)
    db.session.commit()
    return links.address(email).removeprefix("http://127.0.0.1:8000")


def follow(browser: Any, name: str) -> str:
    """Opens the link of an email; returns the path that it leads to."""
    answer = browser.get(mailed_link(name))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.fixture
def desk(app: Flask, sign_in: Any) -> Any:
    """A browser of the clinic's, beside the patient's."""
    return lambda clinic: sign_in(build_member(clinic), reader_of(app))


def test_from_the_choice_to_the_answer(app: Flask, client: Any, make_quote: Make, desk: Any) -> None:
    quote, start = make_quote(), clock.now()
    lead, request = quote.lead, quote.lead.request
    request.aftercare = True
    choosing.choose(quote)
    settled = start + timedelta(hours=49)
    run_timers(app, settled)
    with clock.set_to(settled):
        path = follow(client, "first_session")
        assert client.post(path, data={"first_session_on": settled.date().isoformat()}).status_code == 303
    two_weeks = settled + timedelta(days=15)
    run_timers(app, two_weeks)
    with clock.set_to(two_weeks):
        path = follow(client, "check_in")
        client.post(path, data={"answer": "lump"})
        page = client.get(path).page
        assert page.h1 == "See a doctor about it"
        assert client.post(f"{path}/tell", data=page.fields()).status_code == 303
        browser = desk(lead.clinic)
        reply = f"/dashboard/leads/{request.ref}"
        idem = browser.get(reply).page.one("input", id="reply-idem").get("value")
        assert browser.post(f"{reply}/reply", data={"body": "Come in", "idem": idem}).status_code == 303
        assert open_problem(lead) is None
        assert "Come in" in client.get(follow(client, "clinic_wrote")).page.text
