"""The page of what was shared: taken back per clinic, with a step that says what follows."""

from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole
from marketplace.leads.actions import record_access
from marketplace.leads.consent import standing_purposes
from marketplace.leads.models import Lead
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import consents
from marketplace.quotes import choosing, stopping
from marketplace.quotes.ending import revoke_consent
from tests.conftest import reader_of
from tests.factories import PASSWORD, Make
from tests.guards.test_row_policies import count, using_role
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def lead(make_lead: Make, make_clinic: Make) -> Lead:
    found: Lead = make_lead(make_clinic(slug="clinic-lale"), photos=1, conditions=["blood_thinner"])
    return found


@pytest.fixture
def base(client: Any, lead: Lead) -> str:
    return opened(client, lead.request) + "/sharing"


def links(page: Any) -> list[str]:
    return [link.get("href") for link in page.one("main").iter("a")]


def test_each_clinic_has_a_card_with_its_ways_back(client: Any, lead: Lead, base: str) -> None:
    page = client.get(base).page
    assert {f"{base}/clinic-lale/revoke?what={what}" for what in ("health", "photos", "all")} <= set(links(page))
    assert page.text.count("I agree that Meridian sends my health answers and 1 photo") == 1


def test_each_part_says_whether_it_was_read(client: Any, lead: Lead, base: str) -> None:
    assert client.get(base).page.text.count("Not looked at") == 2
    record_access(lead, actor="member:x", what="health")
    text = client.get(base).page.text
    assert text.count("Not looked at") == 1
    assert "Last read" in text
    assert "Only the clinic you choose gets them" in text


def test_the_chosen_clinic_has_the_contact(client: Any, lead: Lead, base: str, make_quote: Make) -> None:
    choosing.choose(make_quote(lead))
    record_access(lead, actor="member:x", what="contact")
    assert "It has them, as you chose it" in client.get(base).page.text
    choosing.undo_choice(lead.request)
    assert "was told to delete them" in client.get(base).page.text


@pytest.mark.parametrize("what", ["health", "photos", "all"])
def test_looking_at_the_step_takes_nothing_back(client: Any, lead: Lead, base: str, what: str) -> None:
    page = client.get(f"{base}/clinic-lale/revoke?what={what}").page
    assert "We ask the clinic to delete its copy" in page.text
    assert len(standing_purposes(lead.request)[lead.clinic_id]) == 3


@pytest.mark.parametrize("what", ["health", "photos", "all"])
def test_the_button_takes_it_back_and_the_page_says_so(client: Any, lead: Lead, base: str, what: str) -> None:
    form = client.get(f"{base}/clinic-lale/revoke?what={what}").page.fields()
    for _ in range(2):
        assert client.post(f"{base}/clinic-lale/revoke", data=form).headers["Location"] == base
    page = client.get(base).page
    assert "Not confirmed yet" in page.text
    assert f"{base}/clinic-lale/revoke?what={what}" not in links(page)
    assert client.get(f"{base}/clinic-lale/revoke?what={what}").status_code == 302


def test_an_unknown_purpose_or_clinic_takes_nothing_back(client: Any, lead: Lead, base: str) -> None:
    assert client.post(f"{base}/clinic-lale/revoke", data={"what": "contact"}).status_code == 422
    assert client.post(f"{base}/clinic-nar/revoke", data={"what": "all"}).status_code == 404
    assert client.get(f"{base}/clinic-lale/revoke?what=contact").status_code == 404
    assert len(standing_purposes(lead.request)[lead.clinic_id]) == 3


def test_given_anew_in_the_words_that_were_shown(
    client: Any, make_request: Make, make_clinic: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request(make_clinic(slug="clinic-lale"), make_clinic("Clinic Nar"))
    base = opened(client, request) + "/sharing/clinic-lale"
    client.post(base + "/revoke", data={"what": "health"})
    page = client.get(base + "/give?what=health").page
    assert client.post(base + "/give", data=page.fields() | {"words": "another"}).status_code == 409
    assert client.post(base + "/give", data=page.fields()).status_code == 303
    last = consents(request)[-1]
    assert (last.act, last.purpose) == ("given", "health")
    assert last.text in page.text


def test_a_link_that_was_passed_on_gives_nothing(client: Any, make_request: Make, make_clinic: Make, app: Any) -> None:
    from datetime import timedelta

    from marketplace.foundation import clock
    from tests.web.patient.test_request_pages import token

    request = make_request(make_clinic(slug="clinic-lale"), make_clinic("Clinic Nar"))
    db.session.commit()
    link, browser = token(request), reader_of(app)
    with clock.set_to(clock.now() + timedelta(hours=1)):
        browser.get(f"/q/{link}")
        base = f"/my/requests/{request.ref}/sharing/clinic-lale"
        assert browser.post(base + "/revoke", data={"what": "health"}).status_code == 303
        assert browser.get(base + "/give?what=health").headers["Location"].endswith("/open")
        assert browser.post(base + "/give", data={"what": "health"}).headers["Location"].endswith("/open")


@pytest.fixture
def desk(app: Any, lead: Lead, make_member: Make) -> Any:
    """Another browser, in which the clinic's owner is signed in."""
    account, browser = make_member(lead.clinic), reader_of(app)
    db.session.commit()
    assert browser.post("/account/login", data={"email": account.email, "password": PASSWORD}).status_code == 303
    return browser


def test_the_clinic_reads_nothing_the_moment_after(desk: Any, client: Any, lead: Lead, base: str) -> None:
    photo = f"/dashboard/leads/{lead.request.ref}/photos/{photos_of(lead.request)[0].id}"
    assert "Takes a blood thinner" in desk.get(f"/dashboard/leads/{lead.request.ref}").page.text
    assert desk.get(photo).status_code == 200
    client.post(f"{base}/clinic-lale/revoke", data={"what": "health"})
    text = desk.get(f"/dashboard/leads/{lead.request.ref}").page.text
    assert "blood thinner" not in text
    assert "Delete this patient’s data" in text
    client.post(f"{base}/clinic-lale/revoke", data={"what": "photos"})
    assert desk.get(photo).status_code == 404
    assert lead.state == "opened"


def test_all_of_it_closes_page_file_and_list(desk: Any, client: Any, lead: Lead, base: str) -> None:
    client.post(f"{base}/clinic-lale/revoke", data={"what": "all"})
    text = desk.get(f"/dashboard/leads/{lead.request.ref}").page.text
    assert not [word for word in ("blood thinner", "Ana", "Facial") if word in text]
    line = next(row for row in desk.get("/dashboard/export.csv").text.splitlines() if lead.request.ref in row)
    assert "facial" not in line
    with using_role(DatabaseRole.CLINIC, clinic_id=lead.clinic_id):
        assert count("photo") == 0


def test_the_clinic_confirms_each_part_once(desk: Any, client: Any, lead: Lead, base: str) -> None:
    client.post(f"{base}/clinic-lale/revoke", data={"what": "health"})
    client.post(f"{base}/clinic-lale/revoke", data={"what": "photos"})
    page = f"/dashboard/leads/{lead.request.ref}"
    assert lead.request.ref in desk.get("/dashboard/leads?state=won").page.text
    for _ in range(3):
        assert desk.post(page + "/delete-confirmed", data={"what": "health"}).status_code == 303
    assert client.get(base).page.text.count("The clinic confirmed on") == 1
    assert desk.post(page + "/delete-confirmed", data={"what": "teeth"}).status_code == 422
    desk.post(page + "/delete-confirmed")
    assert "Not confirmed yet" not in client.get(base).page.text
    assert lead.request.ref not in desk.get("/dashboard/leads?state=won").page.text


def test_a_frozen_lead_is_revoked_and_the_clinic_still_confirms(desk: Any, client: Any, lead: Lead, base: str) -> None:
    stopping.suspend(lead.clinic, reasons=["check_revoked"], statement="The licence has ended")
    db.session.commit()
    assert client.post(f"{base}/clinic-lale/revoke", data={"what": "health"}).status_code == 303
    page = f"/dashboard/leads/{lead.request.ref}"
    text = desk.get(page).page.text
    assert "This request is frozen" in text
    assert "Delete this patient’s data" in text
    assert desk.post(page + "/delete-confirmed", data={"what": "health"}).status_code == 303
    assert "The clinic confirmed on" in client.get(base).page.text


def test_a_clinic_that_was_full_is_said_to_have_got_nothing(client: Any, make_clinic: Make, make_draft: Make) -> None:
    from marketplace.leads.submission import confirm, submit

    request = make_draft(make_clinic(), make_clinic("Clinic Nar", daily_capacity=0))
    submit(request, share_health=True, aftercare=False)
    confirm(request)
    text = client.get(opened(client, request) + "/sharing").page.text
    assert "Nothing was sent to this clinic." in text
    assert "Clinic Nar was full." in text


def test_everything_ever_said_is_in_the_download(client: Any, lead: Lead, base: str) -> None:
    from marketplace.quotes.request_export import export

    revoke_consent(lead, "photos")
    content = export(lead.request, {})
    assert [(row["purpose"], row["act"]) for row in content["consents"]][-1] == ("photos", "revoked")
    assert len(content["consents"]) == 4
    assert content["deletions"][0]["purpose"] == "photos"
