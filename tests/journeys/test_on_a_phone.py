"""The whole journey at 360 pixels, to the passport: by keys on a slow line, and dark without script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from marketplace import worker
from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.foundation.security import signed_links
from marketplace.leads.models import Lead
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.quote_requests.models import QuoteRequest
from tests.browser import served
from tests.conftest import app_on
from tests.factories import build_clinic, build_quote
from tests.journeys.phone import Phone

pytestmark = pytest.mark.xdist_group("phone")
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 60_000,
}  # ms, bytes a second


@dataclass
class Town:
    """A site on a port of this machine, with two clinics."""

    app: Flask
    url: str

    def path(self, purpose: str) -> str:
        """The mailed link of the one request."""
        with self.app.app_context():
            request = db.session.scalars(select(QuoteRequest)).one()
            link = signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=1))
            db.session.commit()
            return f"/q/{signed_links.token_of(link)}"

    def quote(self) -> None:
        """Both clinics quote."""
        with self.app.app_context():
            for lead in db.session.scalars(select(Lead).order_by(Lead.id)).all():
                build_quote(lead)
            db.session.commit()

    def pass_time(self, **span: int) -> None:
        """What timers do by then."""
        with self.app.app_context():
            worker.run_timers(clock.now() + timedelta(**span))


@pytest.fixture
def town(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Town]:
    name = f"own_{uuid4().hex}"
    postgres.create_database(name, template=template_database)
    app = app_on(postgres, name, WTF_CSRF_ENABLED=True)
    with app.app_context():
        for clinic in ("Lale", "Nar"):
            build_clinic(f"Clinic {clinic}", slug=f"clinic-{clinic.lower()}")
        facets.rebuild()
        db.session.commit()
    with served(app) as port:
        app.config["SITE_URL"] = f"http://127.0.0.1:{port}"
        yield Town(app, app.config["SITE_URL"])
    with app.app_context():
        db.session.remove()
        engines.dispose()
    postgres.drop_database(name)


def phone(browser: Browser, town: Town, *, keys: bool) -> Phone:
    """With script, light and slow for whoever uses keys; dark and without script for whoever taps."""
    context = browser.new_context(
        base_url=town.url,
        viewport={"width": 360, "height": 740},
        java_script_enabled=keys,
        color_scheme="light" if keys else "dark",
        reduced_motion="reduce",
        locale="en-US",
        bypass_csp=True,  # for axe
    )
    page = context.new_page()
    if keys:
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
        return Phone(page, keys=True)
    scripted = browser.new_context(
        base_url=town.url, viewport={"width": 360, "height": 740}, color_scheme="dark", bypass_csp=True
    )
    return Phone(page, keys=False, reader=scripted.new_page())


def ask(hand: Phone, town: Town) -> None:
    """From the clinic's page to the request that the clinics have."""
    hand.open("/clinic/clinic-lale")
    hand.tap("Ask this clinic")
    hand.fill_in(until="/get-quotes/sent", pages=16)
    hand.open(town.path("confirm") + "/confirm")
    hand.send()
    hand.look()


def decide(hand: Phone, town: Town) -> None:
    """Reads the quotes, compares, declines and undoes it, chooses, undoes that too, and chooses."""
    town.quote()
    base = re.sub(r"[?#].*", "", hand.page.url)
    for below in (
        "",
        "/compare",
        "/compare?fare=abc",
        "/quotes/1",
        "/quotes/2/decline",
        "/sharing",
        "/readers",
        "/clinics",
    ):
        hand.open(base + below)
    hand.open(f"{base}/quotes/2/decline")
    hand.send()
    hand.look()
    hand.tap("Undo")
    for _time in range(2):
        hand.open(f"{base}/quotes/1/choose")
        hand.send()
        hand.look()
        if _time == 0:
            hand.tap("Undo my choice")
            hand.look()


def afterwards(hand: Phone, town: Town) -> None:
    """Names the day, taps how it is, tells the clinic, says what was paid, and completes the passport."""
    town.pass_time(hours=49)
    hand.page.goto(town.path("page"))
    base = re.sub(r"[?#].*", "", hand.page.url)
    hand.open(f"{base}/after")
    hand.send()
    hand.look()
    hand.type(hand.page.locator('[name="first_session_on"]'), clock.today().isoformat())
    hand.send()
    expect(hand.page.locator("main")).to_contain_text("When we ask")
    hand.look()
    town.pass_time(days=15)
    hand.page.goto(town.path("page"))
    hand.open(f"{base}/after/2")
    hand.press(hand.page.locator('button[name="answer"][value="lump"]'))
    hand.look()
    hand.send()
    hand.look()
    hand.open(f"{base}/kept")
    hand.send()
    hand.open(f"{base}/passport")
    hand.open(f"{base}/passport/1")
    hand.send()
    hand.look()
    hand.open(f"{base}/delete")


@pytest.mark.parametrize("keys", [True, False], ids=["keys, slow", "taps, dark, no script"])
def test_from_a_clinics_page_to_the_passport(town: Town, chromium: Browser, keys: bool) -> None:
    hand: Any = phone(chromium, town, keys=keys)
    ask(hand, town)
    decide(hand, town)
    afterwards(hand, town)
    hand.close()
