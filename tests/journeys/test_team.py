"""A new colleague: invited, in, answering, removed and out; through browser, worker and mailbox."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Site, Visit, examine
from tests.journeys.test_whole_story import link_in

pytestmark = pytest.mark.xdist_group("site")

OWNER = "owner@ordinace-pampelina.sample.example"
SUBJECT = "You are invited to a clinic's team"
PASSWORD = "a long word to keep"


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/account/login")
    page.locator('[name="email"]').fill(email)
    page.locator('[name="password"]').fill(password)
    page.get_by_role("button", name="Sign in").click()


def invite(owner: Page, email: str) -> None:
    owner.goto("/dashboard/team")
    owner.get_by_role("link", name="Invite someone").click()
    examine(owner, "team-invite")
    owner.get_by_role("button", name="Send invitation").click()
    assert owner.title().startswith("Error: ")
    examine(owner, "team-invite-error")
    owner.locator('[name="email"]').fill(email)
    owner.get_by_role("button", name="Send invitation").click()
    expect(owner.locator("#invitations")).to_contain_text(email)
    examine(owner, "team-with-invitation")


def join(page: Page, link: str, *, name: str) -> None:
    page.goto(link)
    examine(page, "team-joining")
    page.locator('[name="name"]').fill(name)
    page.locator('[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="Join the team").click()
    assert page.title().startswith("Error: "), "typed once only"
    examine(page, "team-joining-error")
    page.locator('[name="password"]').fill(PASSWORD)
    page.locator('[name="password_confirm"]').fill(PASSWORD)
    page.get_by_role("button", name="Join the team").click()
    expect(page).to_have_url(re.compile("/account/login$"))
    examine(page, "team-joined")


def answer_first_request(page: Page) -> None:
    page.goto("/dashboard/leads")
    page.locator('main table a[href^="/dashboard/leads/"]').first.click()
    page.get_by_role("button", name=re.compile("^Send quote of")).click()
    expect(page.locator("main")).to_contain_text("Undo")


def test_from_the_invitation_to_the_removal(site: Site, visit: Visit) -> None:
    owner, colleague, address = visit(strict=False), visit(strict=False), "nia@clinic.example"
    sign_in(owner, OWNER, site.password)
    invite(owner, address)
    link = link_in(site.mail(address, SUBJECT), "/account/invitation/")
    join(colleague, link, name="Nia New")
    colleague.goto(link)
    expect(colleague.locator("h1")).to_have_text("This invitation is not open any more")
    examine(colleague, "team-invitation-gone")
    sign_in(colleague, address, PASSWORD)
    answer_first_request(colleague)
    colleague.goto("/dashboard/team/leave")
    examine(colleague, "team-leave")
    owner.goto("/dashboard/team")
    owner.get_by_role("link", name="Nia New").click()
    examine(owner, "team-member")
    owner.get_by_role("button", name=re.compile("^Remove.*Nia New")).click()
    expect(owner.locator("#team")).not_to_contain_text("Nia New")
    colleague.goto("/dashboard/leads")
    expect(colleague).to_have_url(re.compile("/account/login"))
    sign_in(colleague, address, PASSWORD)
    expect(colleague.locator("h1")).to_have_text("You are in no team")
    examine(colleague, "team-no-team")


def test_on_a_wide_dark_screen(site: Site, visit: Visit) -> None:
    owner, colleague, address = (
        visit(width=1280, dark=True, strict=False),
        visit(width=1280, dark=True, strict=False),
        "noor@clinic.example",
    )
    sign_in(owner, OWNER, site.password)
    invite(owner, address)
    join(colleague, link_in(site.mail(address, SUBJECT), "/account/invitation/"), name="Noor New")
    owner.goto("/dashboard/team")
    owner.get_by_role("link", name="Noor New").click()
    examine(owner, "team-member")
    owner.get_by_role("radio", name="Owner").check()
    owner.get_by_role("button", name="Change role").click()
    expect(owner.locator("#team tr", has_text="Noor New")).to_contain_text("Owner")
    sign_in(colleague, address, PASSWORD)
    colleague.goto("/dashboard/team/leave")
    examine(colleague, "team-leave")
    colleague.get_by_role("button", name="Leave the team").click()
    expect(colleague).to_have_url(re.compile("/account/login$"))
    sign_in(colleague, address, PASSWORD)
    expect(colleague.locator("h1")).to_have_text("You are in no team")
    examine(colleague, "team-no-team")
