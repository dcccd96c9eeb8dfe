"""A patient and a clinic write to each other: by pages, the worker and the mailbox."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Site, Visit
from tests.journeys.test_whole_story import Walk, ask, asked_clinics, confirm, link_in

pytestmark = pytest.mark.xdist_group("site")
QUESTION, ANSWER = "May I bring my sister along?", "Yes, there is a waiting room."


def sign_in(page: Page, site: Site, slug: str) -> None:
    page.goto("/account/login")
    page.locator('[name="email"]').fill(f"owner@{slug}.sample.example")
    page.locator('[name="password"]').fill(site.password)
    page.locator("main form button, main form input[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/dashboard"))


def the_patient_writes(walk: Walk, ref: str, slug: str) -> None:
    walk.page.goto(f"/my/requests/{ref}/messages/{slug}")
    walk.fill("body", QUESTION)
    walk.go_on()
    expect(walk.page.locator("main")).to_contain_text(QUESTION)


def the_clinic_replies(desk: Page, site: Site, ref: str, slug: str) -> None:
    mail = site.mail(f"desk@{slug}.sample.example", f"The patient has written: {ref}")
    assert QUESTION not in mail.text
    sign_in(desk, site, slug)
    desk.get_by_role("link", name="Unread messages").click()
    expect(desk.locator("tbody tr", has_text=ref)).to_contain_text("1 unread message")
    desk.goto(link_in(mail, "/dashboard"))
    expect(desk.locator("main li.message")).to_contain_text(QUESTION)
    desk.locator('[name="body"]').fill(ANSWER)
    desk.get_by_role("button", name="Send reply").click()
    expect(desk.locator("main li.message").last).to_contain_text(ANSWER)
    desk.goto("/dashboard/leads?unread=1")
    expect(desk.locator("main")).not_to_contain_text(ref)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_message_and_its_reply(site: Site, visit: Visit, script: bool) -> None:
    walk = Walk(visit(script=script), site, name="cleo" if script else "dina", has_script=script)
    ask(walk)
    ref = confirm(walk)
    slug = asked_clinics(walk)[0]
    the_patient_writes(walk, ref, slug)
    the_clinic_replies(visit(script=script), site, ref, slug)
    mail = site.mail(walk.address, f"A clinic has written to you: {ref}")
    assert ANSWER not in mail.text
    walk.page.goto(f"/my/requests/{ref}")
    expect(walk.page.get_by_role("link", name="has written to you")).to_be_visible()
    walk.page.goto(link_in(mail, "/q/"))
    expect(walk.page).to_have_url(re.compile(f"/messages/{slug}$"))
    expect(walk.page.locator("main")).to_contain_text(ANSWER)
    expect(walk.page.locator("main [data-state=unread]")).to_have_count(1)
