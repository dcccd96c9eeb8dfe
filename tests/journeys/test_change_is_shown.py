"""A clinic changes what is shown of it: everyone who asks from then on reads the change, whichever process answers."""

import http.client
import re

import pytest
from playwright.sync_api import expect

from tests.browser import Site, Visit

pytestmark = pytest.mark.xdist_group("site")

SLUG = "klinika-brezulka"
PAUSED = "takes no requests at the moment"
PAUSE, RESUME = "Pause new requests", "Take new requests again"
AT_ONCE = 16  # connections, so that each of the two processes has some


def readers(site: Site) -> list[http.client.HTTPConnection]:
    return [http.client.HTTPConnection("127.0.0.1", site.port, timeout=10) for _ in range(AT_ONCE)]


def read(reader: http.client.HTTPConnection) -> str:
    """The clinic's page, as somebody without cookies gets it."""
    reader.request("GET", f"/clinic/{SLUG}")
    return reader.getresponse().read().decode()


def test_a_change_is_shown_to_the_next_who_asks(site: Site, visit: Visit) -> None:
    owner, everyone = visit(width=1280), readers(site)
    owner.goto("/account/login")
    owner.locator('[name="email"]').fill(f"owner@{SLUG}.sample.example")
    owner.locator('[name="password"]').fill(site.password)
    owner.get_by_role("button", name="Sign in").click()
    expect(owner).to_have_url(re.compile("/dashboard"))
    owner.goto("/dashboard/listing")
    for act, is_paused in ((PAUSE, True), (RESUME, False)):
        assert {PAUSED in read(reader) for reader in everyone} == {not is_paused}
        owner.get_by_role("button", name=act).click()
        expect(owner.get_by_role("button", name=RESUME if is_paused else PAUSE)).to_be_visible()
        assert {PAUSED in read(reader) for reader in everyone} == {is_paused}
