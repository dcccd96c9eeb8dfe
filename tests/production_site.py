"""A site in the settings of production but for TLS, and people who follow every redirect of its account pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, Response, expect
from sqlalchemy import select, update

from marketplace.accounts.models import Account
from marketplace.accounts.session_store import WebSession
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.mail import delivery
from marketplace.mail.models import Email
from tests.browser import assert_accessible, assert_no_sideways_scroll, served
from tests.conftest import app_on
from tests.factories import PASSWORD
from tests.working import look_at_everything

ADDRESS = "two@meridian.example"
AS_IN_PRODUCTION = {
    "PRODUCTION": True,
    "WTF_CSRF_ENABLED": True,
    "LIMITS_ON": True,
    "CHALLENGES_ON": True,
    "CONSTANT_TIME_RESPONSES": True,
    "REQUIRE_SECOND_FACTOR": True,
    "SESSION_COOKIE_NAME": "__Host-sid",
    "SESSION_COOKIE_SECURE": True,
}


@pytest.fixture
def live_app(postgres: Any, template_database: str) -> Iterator[Flask]:
    """A site on a port of this machine."""
    name = f"own_{uuid4().hex}"
    postgres.create_database(name, template=template_database)
    app = app_on(postgres, name, **AS_IN_PRODUCTION)
    look_at_everything(allowed=True)
    with served(app) as port:
        app.config["SITE_URL"] = f"http://127.0.0.1:{port}"
        yield app
    with app.app_context():
        db.session.remove()
        engines.dispose()
    if "autocommit_engine" in app.extensions:
        app.extensions["autocommit_engine"].dispose()
    postgres.drop_database(name)


@dataclass
class Person:
    """Someone at a browser; every page they are led to must be one that can be used."""

    app: Flask
    page: Page
    key: str = ""
    led_to: list[tuple[int, str]] = field(default_factory=list)

    def note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.led_to.append((response.status, response.url.removeprefix(str(self.app.config["SITE_URL"]))))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.check()

    def check(self, *refused: int) -> None:
        wrong = [(status, url) for status, url in self.led_to if status >= 400 and status not in refused]
        assert not wrong, self.led_to
        assert not [url for _status, url in self.led_to if "next=http" in url], self.led_to
        assert_accessible(self.page)
        assert_no_sideways_scroll(self.page)

    def at(self, path: str) -> None:
        expect(self.page).to_have_url(f"{self.app.config['SITE_URL']}{path}")
        self.check(422)

    def password(self, email: str = ADDRESS, password: str = PASSWORD, *, remember: bool = False) -> None:
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_label("Keep me signed in").set_checked(remember)
        self.press("Sign in")

    def code(self, button: str = "Sign in", *, wrong: bool = False) -> None:
        """What the app shows; the test does not wait 30 seconds for the next one."""
        with self.app.app_context():
            db.session.execute(update(Account).values(tf_last_counter=None))
            db.session.commit()
        shown = TOTP(key=self.key).generate(clock.now()).token
        self.page.get_by_label("Code", exact=True).fill("000000" if wrong else shown)
        self.press(button)

    def set_up(self) -> None:
        """At the first sign-in: the page leads to the key, the key to the code."""
        self.at("/account/tf-setup")
        self.press("Set up an authenticator app")
        self.at("/account/tf-setup?step=code")
        self.read_key()
        self.code("Switch it on")

    def read_key(self) -> None:
        self.page.get_by_text("I cannot scan the picture").click()
        self.key = self.page.locator("bdi.ref").inner_text().replace(" ", "").replace("-", "")

    def sign_out(self) -> None:
        self.press("Sign out")
        self.at("/account/login")

    def mailed(self, name: str) -> str:
        """The link in the last mail of this name."""
        with self.app.app_context():
            found = db.session.scalars(select(Email).where(Email.name == name).order_by(Email.id.desc())).first()
            text = delivery.contents(found).text
        return str(next(word for word in text.split() if "/account/" in word))

    def away(self) -> None:
        """As if the sign-in had been a while ago."""
        with self.app.app_context():
            db.session.execute(update(WebSession).values(authenticated_at=clock.now() - timedelta(hours=1)))
            db.session.commit()


NewPerson = Callable[[], Person]


@pytest.fixture
def new_person(live_app: Flask, chromium: Browser) -> Iterator[NewPerson]:
    """A new browser on a telephone."""
    contexts = []

    def new() -> Person:
        context = chromium.new_context(
            base_url=live_app.config["SITE_URL"], viewport={"width": 360, "height": 760}, bypass_csp=True
        )
        contexts.append(context)
        person = Person(live_app, context.new_page())
        person.page.on("response", person.note)
        return person

    yield new
    for context in contexts:
        context.close()
