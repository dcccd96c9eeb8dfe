"""A patient leaves a browser that others use, too."""

from datetime import timedelta
from typing import Any

from marketplace.foundation.security import signed_links
from tests.factories import Make


def test_who_left_opens_nothing(client: Any, make_request: Make) -> None:
    request = make_request()
    link = signed_links.issue("page", subject_id=request.id, lifetime=timedelta(days=7))
    page = client.get(f"/q/{signed_links.token_of(link)}").location
    assert "Leave this browser" in client.get(page).page.text
    copied = client.get_cookie("sid")
    assert client.post("/my/leave").location == "/my/link"
    assert "Done. Your request opens" in client.get("/my/link").text
    assert client.get(page).status_code == 404
    client.set_cookie("sid", copied.value)
    assert client.get(page).status_code == 404, "the cookie of before is worth nothing"


def test_the_request_that_was_just_sent_is_left_too(client: Any, make_clinic: Make) -> None:
    from tests.web.patient.filling import reach_check

    make_clinic(slug="clinic-lale")
    client.post("/get-quotes/check", data={**reach_check(client, "clinic-lale"), "adult": "y"})
    assert "Leave this browser" in client.get("/get-quotes/sent").page.text
    client.post("/my/leave")
    assert client.get("/get-quotes/sent").status_code == 303
