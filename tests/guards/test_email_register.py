"""The register of emails, docs/emails.md, the templates and what is sent say the same.

`WRITE_EMAIL_REGISTER=1 pytest -n 0 tests/guards/test_email_register.py` writes the page for review.
"""

import os
import re

import pytest
from flask import Flask

from marketplace.foundation.audit.log import Listener
from marketplace.mail import delivery, jobs
from marketplace.mail.register import NECESSARY, REGISTER, STREAMS, To
from marketplace.reactions import REACTIONS
from tests.browser import ROOT
from tests.mail.test_emails import WRITE
from tests.outbox import emails

PAGE = ROOT / "docs" / "emails.md"
HEAD = """# The emails

Written from `marketplace/mail/register.py` by a test; change the table there.

- *necessary*: asked for this minute, needed for safety or money, or owed by law. A complaint does not stop it; an
  address whose mailbox is gone does.
- *may wait*: nothing is lost when it comes in the reader's morning, so quiet hours may hold it.
- *first*: somebody sits and waits for it, or an account is at stake. It goes before all others.

| email | to | follows | its link leads to | necessary | may wait | first |
|---|---|---|---|---|---|---|
"""
AUDIENCES = {To.PATIENT: {"patient"}, To.DESK: {"clinic"}, To.PERSON: {"account", "operator"}}
EVENTS = re.compile(r"\b[A-Z][a-z]+[A-Z]\w+")


def as_page() -> str:
    rows = [
        (f"`{name}`", row.to, row.follows, row.leads_to, *map(mark, (row.necessary, row.quiet, row.urgent)))
        for name, row in REGISTER.items()
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def mark(holds: bool) -> str:
    return "yes" if holds else "-"


def mails(listener: Listener) -> bool:
    return listener.__module__.startswith("marketplace.mail")


def test_the_page_is_the_table() -> None:
    if os.environ.get("WRITE_EMAIL_REGISTER"):
        PAGE.write_text(as_page())
    assert PAGE.read_text() == as_page()


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_a_row_says_whom_it_goes_to_and_whether_it_leads_anywhere(app: Flask, name: str) -> None:
    WRITE[name]()
    for email in emails(name):
        assert email.audience in AUDIENCES[REGISTER[name].to]
        body = delivery.contents(email)
        leads_somewhere = "If the button does not work" in body.html
        said = REGISTER[name].leads_to
        assert leads_somewhere == (said != "nothing") or ", where " in said


def test_what_an_email_follows_is_an_event_that_has_consequences() -> None:
    followed = {event.__name__ for event, listeners in REACTIONS.items() if listeners}
    named = {event for row in REGISTER.values() for event in EVENTS.findall(row.follows)}
    assert named <= followed
    assert {event.__name__ for event, listeners in REACTIONS.items() if any(map(mails, listeners))} <= named


def test_what_somebody_waits_for_or_must_have_never_waits_for_the_morning() -> None:
    assert [name for name, row in REGISTER.items() if row.quiet and (row.urgent or row.necessary)] == []


def test_only_what_comes_by_the_calendar_is_a_stream_and_none_of_it_is_necessary() -> None:
    assert set(REGISTER) - NECESSARY >= STREAMS
    assert set(REGISTER) >= jobs._URGENT


def test_each_email_is_put_by_its_own_name() -> None:
    modules = (ROOT / "marketplace" / "mail").glob("*.py")
    code = "".join(path.read_text() for path in modules if path.stem != "register")
    assert [name for name in REGISTER if f'"{name}"' not in code] == []
