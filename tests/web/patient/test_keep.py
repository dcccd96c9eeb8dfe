"""An ended request: when it goes, keeping it, deleting it now."""

from datetime import timedelta
from typing import Any

from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.leads.request_actions import close
from marketplace.quote_requests import retention
from marketplace.web.filters import day_text
from tests.factories import Make
from tests.outbox import emails
from tests.web.patient.test_request_pages import opened


def test_it_says_when_and_keeps(client: Any, make_request: Make) -> None:
    request = make_request()
    close(request)
    base = opened(client, request)
    with clock.set_to(clock.now() + timedelta(days=6)):
        page = client.get(base + "/keep").page
        assert day_text(retention.erased_on(request)) in page.text
        assert client.post(base + "/keep", data=page.fields()).headers["Location"] == base
        assert retention.erased_on(request) == clock.now() + timedelta(days=180)


def test_the_emails_link_leads_there(client: Any, make_request: Make) -> None:
    request = make_request()
    close(request)
    retention.announce_due(clock.now() + timedelta(days=174))
    (email,) = emails("deletion_announced")
    link = signed_links.issue("page", subject_id=request.id, lifetime=timedelta(days=7))
    answer = client.get(f"/q/{signed_links.token_of(link)}?to={email.link_path}")
    assert client.get(answer.headers["Location"]).page.h1 == "Keep or delete your request"


def test_an_ended_one_can_be_deleted_now(client: Any, make_request: Make) -> None:
    request = make_request()
    close(request)
    base = opened(client, request)
    assert f'href="{base}/delete"' in client.get(base).text
    assert client.post(base + "/delete").status_code == 303
    assert client.get(base).page.h1 == "Your request is deleted"


def test_an_open_one_is_told_that_no_day_is_set(client: Any, make_request: Make) -> None:
    request = make_request()
    base = opened(client, request)
    page = client.get(base + "/keep").page
    assert page.h1 == "There is nothing to keep yet"
    assert "Yours has not ended, so no day is set" in page.text
    assert page.one("a", class_="btn", href=base) is not None
    answer = client.post(base + "/keep")
    assert (answer.status_code, answer.page.h1, request.retention_restarted_at) == (409, page.h1, None)
