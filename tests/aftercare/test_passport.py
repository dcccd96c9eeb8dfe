"""The passport: written by both sides, opened by a code for an hour, gone with the request."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.aftercare import passport, passport_codes, plans
from marketplace.aftercare.passport import SessionRecord
from marketplace.aftercare.passport_codes import PassportCode, PassportLook
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads.messages import CLINIC, PATIENT
from marketplace.leads.models import Lead
from marketplace.retention.erasure import erase
from marketplace.web.filters import day_text
from marketplace.web.opening_words import opening_words_in
from tests.factories import Make, build_member
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    settled: Lead = make_settled(product="HA 135, Sample Labs", practitioner_name="Dr Sample")
    return settled


@pytest.fixture
def base(client: Any, lead: Lead) -> str:
    return opened(client, lead.request) + "/passport"


def code_of(client: Any, base: str) -> tuple[str, str]:
    """The address and the code that a patient reads once."""
    assert client.post(base + "/code").status_code == 303
    text = client.get(base).page.text
    found = re.search(r"(/p/\S+)\s+([A-Z2-9]{4}) ([A-Z2-9]{4})", text)
    assert found, text
    assert "/p/" not in client.get(base).page.text
    return found[1], found[2] + found[3]


def test_it_is_filled_from_the_quote(client: Any, base: str) -> None:
    text = client.get(base).page.text
    assert "HA 135, Sample Labs" in text
    assert "Dr Sample" in text
    assert text.count("Not filled in yet") == 4


def test_both_sides_write_and_a_difference_is_shown(client: Any, lead: Lead, base: str) -> None:
    passport.write(lead, 1, {"day": "2026-11-14", "lot": "26K114"}, author=CLINIC)
    fields = {"number": "1", "day": "2026-11-14", "lot": "26K999", "note": "One bruise"}
    assert client.post(base + "/1", data=fields).status_code == 303
    text = client.get(base).page.text
    for part in ("26K114", "The patient says, Lot: 26K999", "One bruise", "14 November 2026"):
        assert part in text


def test_the_clinic_writes_on_its_own_page(lead: Lead, sign_in: Any) -> None:
    desk = sign_in(build_member(lead.clinic))
    path = f"/dashboard/leads/{lead.request.ref}/passport"
    shown = desk.get(path).page
    assert shown.one("input", id="product").get("value") == "HA 135, Sample Labs"
    assert desk.post(path, data={"number": "13"}).status_code == 422
    assert desk.post(path, data={"number": "1", "lot": "26K114"}).status_code == 303
    assert passport.session_of(lead, 1).said("lot") == "26K114"


def day_ahead() -> str:
    return (clock.today() + timedelta(days=1)).isoformat()


def test_a_day_ahead_is_refused_beside_it_and_what_was_typed_stays(client: Any, lead: Lead, base: str) -> None:
    answer = client.post(base + "/1", data={"number": "1", "day": day_ahead(), "lot": "26K114"})
    assert answer.status_code == 422
    assert "Enter today or a day before" in answer.page.text
    kept = {name: answer.page.one("input", id=name).get("value") for name in ("day", "lot")}
    assert kept == {"day": day_ahead(), "lot": "26K114"}
    assert passport.sessions_of(lead) == []


def test_a_session_without_a_word_is_refused(client: Any, lead: Lead, base: str) -> None:
    answer = client.post(base + "/1", data={"number": "1", "lot": " "})
    assert answer.status_code == 422
    assert "Fill in at least one field" in answer.page.text
    assert passport.sessions_of(lead) == []


def test_there_is_no_session_beyond_the_quote(client: Any, lead: Lead, base: str, sign_in: Any) -> None:
    last, typed = passport.last_session(lead), {"lot": "26K114"}
    desk = sign_in(build_member(lead.clinic))
    path = f"/dashboard/leads/{lead.request.ref}/passport"
    for number, found in ((last, 200), (last + 1, 404)):
        assert client.get(f"{base}/{number}").status_code == found
        assert desk.get(f"{path}?session={number}").status_code == found
    beyond = typed | {"number": str(last + 1)}
    assert client.post(f"{base}/{last + 1}", data=beyond).status_code == 404
    assert desk.post(path, data=beyond).status_code == 404
    assert passport.sessions_of(lead) == []


def test_a_clinic_that_was_not_chosen_writes_nothing(make_quote: Make) -> None:
    with pytest.raises(WrongState):
        passport.write(make_quote().lead, 1, {}, author=CLINIC)


def test_a_doctor_opens_it_with_the_code_and_the_look_is_shown(app: Any, client: Any, base: str) -> None:
    path, code = code_of(client, base)
    doctor = app.test_client()
    assert "Sample Labs" not in doctor.get(path).page.text
    assert doctor.post(path, data={"code": f"{code[:4].lower()} {code[4:]}"}).status_code == 303
    assert "Sample Labs" in doctor.get(path).page.text
    assert "Opened with a code" in client.get(base).page.text


def test_five_tries_and_no_more(app: Any, client: Any, lead: Lead) -> None:
    token, code = passport_codes.make_code(lead.request)
    link = db.session.scalars(select(PassportCode.id)).one()
    tries = [passport_codes.opens(link, "AAAAAAAA") for _try in range(passport_codes.MAX_TRIES)]
    assert (tries, passport_codes.opens(link, code)) == ([False] * passport_codes.MAX_TRIES, False)
    db.session.commit()
    assert "tried too often" in client.get(f"/p/{token}").page.text


def test_a_wrong_code_is_said_beside_the_field(app: Any, client: Any, base: str) -> None:
    path, _code = code_of(client, base)
    answer = app.test_client().post(path, data={"code": "AAAAAAAA"})
    assert answer.status_code == 422
    assert "This is not the code" in answer.page.text


def test_an_hour_and_no_longer_and_a_new_code_ends_the_old(app: Any, client: Any, base: str) -> None:
    old, _code = code_of(client, base)
    new, _code = code_of(client, base)
    doctor = app.test_client()
    assert doctor.get(old).status_code == 404
    assert doctor.get(new).status_code == 200
    with clock.set_to(clock.now() + timedelta(minutes=61)):
        assert doctor.get(new).status_code == 404


def test_the_file_needs_nothing_else(client: Any, lead: Lead, base: str) -> None:
    answer = client.get(base + "/file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert not re.search(
        r"<(script|link|img|iframe|style|form)\b|\s(src|style|on\w+)=|url\(", answer.get_data(as_text=True)
    )


def test_all_of_it_goes_with_the_request(client: Any, lead: Lead, base: str) -> None:
    passport.write(lead, 1, {"lot": "26K114"}, author=PATIENT)
    code_of(client, base)
    passport_codes.record_look(lead.request_id)
    erase(lead.request)
    for table in (SessionRecord, PassportCode, PassportLook):
        assert db.session.scalars(select(table)).all() == []


def test_whom_to_call_has_all_that_the_choice_gave_by_both_clocks(client: Any, lead: Lead, base: str) -> None:
    lead.clinic.website, lead.clinic.hours = "https://lale.example", {"mon-fri": "10:00-20:00"}
    plans.chosen_quote(lead.request).if_something_goes_wrong = "Call +90 212 000 00 00, day and night"
    lead.request.home_country = "GB"
    with clock.set_to(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        text = client.get(base).page.text
    for told in (
        lead.clinic.email,
        "https://lale.example",
        "+90 212 000 00 00",
        "The emergency number where you are",
    ):
        assert told in text
    assert "Open, time in IstanbulMonday to Friday 10:00 to 20:00" in text
    assert "Open, time in London on 1 December 2026Monday to Friday 07:00 to 17:00" in text


def test_the_doctor_and_the_patient_each_have_a_box_of_their_own(client: Any, base: str) -> None:
    text = client.get(base).page.text
    assert (
        "This person had mesotherapy"
        in text.partition("For a doctor who reads this")[2].partition("When you should")[0]
    )
    assert "See a doctor if any of these" in text.partition("When you should see a doctor")[2]


def test_a_number_that_no_quote_gives_is_said_to_be_missing(client: Any, lead: Lead, base: str) -> None:
    plans.chosen_quote(lead.request).if_something_goes_wrong = None
    assert "The quote gives none: ask the clinic for a number" in client.get(base).page.text
    plans.chosen_quote(lead.request).if_something_goes_wrong = "Call +90 212 000 00 00"
    assert "ask the clinic for a number" not in client.get(base).page.text


def test_a_clinic_is_open_on_the_day_of_the_other_clock() -> None:
    with clock.set_to(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        told = opening_words_in({"mon-fri": "08:00-18:00"}, there="Europe/Istanbul", here="America/Los_Angeles")
    assert "Sunday 21:00 to 07:00" in told
    assert "Monday to Thursday 21:00 to 07:00" in told


def test_each_session_that_is_listed_can_be_opened(client: Any, lead: Lead, base: str) -> None:
    beyond = passport.last_session(lead) + 2
    passport.write(lead, 1, {"lot": "26K114"}, author=CLINIC)
    db.session.scalars(select(SessionRecord)).one().number = beyond
    listed = [link.get("href") for link in client.get(base).page.all("a") if "/passport/" in link.get("href", "")]
    assert f"{base}/{beyond}" in listed
    assert f"{base}/{beyond - 1}" not in listed
    assert {client.get(path).status_code for path in listed} == {200}


def test_it_does_not_point_to_the_quote_for_what_it_lists(client: Any, base: str) -> None:
    assert "it lists the product" not in client.get(base).page.text


def test_sessions_to_come_are_planned_by_the_spacing_of_the_quote(client: Any, make_settled: Make) -> None:
    lead = make_settled(session_gap_weeks=3, trips=4, nights_per_trip=2)
    plans.set_first_session(lead.request, clock.today())
    passport.write(lead, 1, {"day": clock.today().isoformat(), "lot": "26K114"}, author=CLINIC)
    answer = client.get(opened(client, lead.request) + "/passport")
    page = answer.page
    assert "1 of 4 sessions are filled in." in page.text
    assert page.text.count("Planned for") == 3
    assert f"Planned for {day_text(clock.today() + timedelta(weeks=6))}" in page.text
    assert re.findall(r'<circle class="(\w+)"', answer.text) == ["dot", "ring", "ring", "ring"]
