"""A double click sends a form once."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.browser import served

pytestmark = pytest.mark.xdist_group("site")


def test_a_second_click_while_the_answer_is_awaited_sends_nothing(chromium: Browser, own_app: Flask) -> None:
    with served(own_app) as port:
        page = chromium.new_page(base_url=f"http://127.0.0.1:{port}")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.goto("/my/link")
        page.get_by_label("Email address").fill("ana@patient.example")
        button = page.get_by_role("button", name="Email me a link").bounding_box() or {}
        place = button["x"] + 5, button["y"] + 5
        with page.expect_request(lambda request: request.method == "POST"):
            page.mouse.click(*place)
        page.mouse.click(*place)  # the page takes half a second to answer
        expect(page.locator("h1")).to_have_text("Check your email")
        page.context.close()
        assert len(sent) == 1
