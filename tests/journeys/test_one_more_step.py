"""What looks like a robot to the form is a person in a hurry: the one more step in a real browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from marketplace.web.forms import base
from tests.browser import assert_accessible, assert_no_sideways_scroll, served

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture
def address(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site that takes everybody for a robot; only a proof helps."""
    own_app.config["CHALLENGES_ON"] = True
    monkeypatch.setattr(base, "MIN_AGE", base.MAX_AGE)
    with served(own_app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visitor(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Someone on a small telephone, with or without script."""
    context = chromium.new_context(
        base_url=address, viewport={"width": 360, "height": 760}, java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


def ask(page: Page) -> None:
    page.goto("/my/link")
    expect(page.get_by_label("Leave this empty")).to_be_hidden()
    page.get_by_label("Email address").fill("ana@patient.example")
    page.get_by_role("button", name="Email me a link").click()
    expect(page.get_by_role("alert")).to_contain_text("One more step")


@pytest.mark.parametrize("visitor", [True], indirect=True)
def test_the_browser_does_the_work(visitor: Page) -> None:
    ask(visitor)
    expect(visitor.get_by_role("status")).to_have_text("Ready. You can send it now.", timeout=30_000)
    assert_accessible(visitor)
    assert_no_sideways_scroll(visitor)
    visitor.get_by_role("button", name="Email me a link").click()
    expect(visitor.locator("h1")).to_have_text("Check your email")


@pytest.mark.parametrize("visitor", [False], indirect=True)
def test_without_script_a_wait_is_enough(visitor: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(visitor)
    expect(visitor.get_by_label("Email address")).to_have_value("ana@patient.example")
    monkeypatch.setattr(base.challenges, "WAIT", timedelta())
    visitor.get_by_role("button", name="Email me a link").click()
    expect(visitor.locator("h1")).to_have_text("Check your email")
