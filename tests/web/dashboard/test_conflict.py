"""Two of one clinic at one request, and a patient who changes an answer while the clinic writes."""

from typing import Any
from uuid import uuid4

import pytest

from marketplace.extensions import db
from marketplace.quote_requests import drafts
from marketplace.quotes.pending import pending_quote
from tests.conftest import reader_of
from tests.factories import Make
from tests.reading import form_fields, words


class Team:
    """Ayse and Ben have the same request open."""

    def __init__(self, app: Any, client: Any, make_lead: Make, make_member: Make, sign_in: Any) -> None:
        self.lead = make_lead(questions=["Does it hurt?"], conditions=["allergy"])
        clinic = self.lead.clinic
        self.ayse = sign_in(make_member(clinic, email="ayse@clinic.example"), client)
        self.ben = sign_in(make_member(clinic, email="ben@clinic.example"), reader_of(app))
        db.session.commit()
        self.path = f"/dashboard/leads/{self.lead.request.ref}"

    def quote(self, browser: Any, **typed: Any) -> dict[str, Any]:
        page = browser.get(self.path).page
        form = next(form for form in page.all("form") if (form.get("action") or "").endswith("/quote"))
        return form_fields(form) | typed

    def send(self, browser: Any, fields: dict[str, Any]) -> Any:
        return browser.post(f"{self.path}/quote", data=fields)


@pytest.fixture
def team(app: Any, client: Any, make_lead: Make, make_member: Make, sign_in: Any) -> Team:
    return Team(app, client, make_lead, make_member, sign_in)


PRICE = {"sessions": "4", "price_per_session": "95", "total": "380"}


def test_the_second_is_told_who_sent_what_and_sees_both(team: Team) -> None:
    first, second = team.quote(team.ayse, **PRICE), team.quote(team.ben, **PRICE | {"message": "Gently, as asked"})
    assert team.send(team.ayse, first).status_code == 303
    late = team.send(team.ben, second | {"sessions": "3", "total": "285"})
    assert late.status_code == 409
    assert late.page.h1 == "Ayse sent a quote of €380"
    assert late.page.all("nav"), "in the clinic's own frame"
    rows = {words(row): row for row in late.page.one("table", id="versions").iter("tr")}
    assert any("Differs" in text and "380" in text and "285" in text for text in rows)
    assert any("Gently, as asked" in text for text in rows)
    links = {words(link): link.get("href") for link in late.page.one("main").iter("a")}
    assert links["Open the request"] == team.path


def test_a_question_and_a_no_of_a_colleague_are_told(team: Team) -> None:
    fields = form_fields(
        next(f for f in team.ben.get(f"{team.path}/ask").page.all("form") if f.get("novalidate") is not None)
    )
    page = team.ayse.get(f"{team.path}/ask").page
    asked = form_fields(next(f for f in page.all("form") if f.get("novalidate") is not None))
    assert team.ayse.post(f"{team.path}/ask", data=asked | {"question": "Which area?"}).status_code == 303
    assert team.ayse.post(f"{team.path}/decline", data={"reason": "no_dates"}).status_code == 303
    late = team.ben.post(f"{team.path}/ask", data=fields | {"question": "Any allergies?"})
    assert late.status_code == 409
    assert late.page.h1 == "Ayse declined this request"
    assert "Any allergies?" in late.page.text
    again = team.ben.post(f"{team.path}/decline", data={"reason": "health"})
    assert (again.status_code, again.page.h1) == (409, "Ayse declined this request")


def test_the_own_earlier_answer_is_ones_own(team: Team) -> None:
    team.ayse.post(f"{team.path}/decline", data={"reason": "no_dates"})
    assert team.ayse.get(f"{team.path}/ask").page.h1 == "You declined this request"


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        (lambda r: drafts.answer_when(r, timing="later", month_from=None, month_to=None), "When they could"),
        (lambda r: drafts.answer_coded_choices(r, {"trips": "1"}), "Trips"),
        (lambda r: drafts.answer_health(r, conditions=["none"], details=""), "Health answers"),
    ],
)
def test_what_the_patient_changed_meanwhile_is_shown_first(team: Team, change: Any, mark: str) -> None:
    fields = team.quote(team.ayse, **PRICE, message="Gently")
    change(team.lead.request)
    db.session.commit()
    refused = team.send(team.ayse, fields)
    assert refused.status_code == 409
    assert mark in words(refused.page.one("div", role="alert"))
    assert pending_quote(team.lead) is None
    assert "Gently" in words(refused.page.one("textarea", name="message"))
    form = next(form for form in refused.page.all("form") if (form.get("action") or "").endswith("/quote"))
    assert team.send(team.ayse, form_fields(form)).status_code == 303


@pytest.mark.parametrize("shown", [None, "", "trips=1"])
def test_a_form_that_does_not_say_what_it_showed_sends_nothing(team: Team, shown: str | None) -> None:
    fields = team.quote(team.ayse, **PRICE) | {"idem": str(uuid4())}
    fields.pop("shown")
    assert team.send(team.ayse, fields if shown is None else fields | {"shown": shown}).status_code == 409
    assert pending_quote(team.lead) is None


def test_nobody_declines_over_a_colleagues_quote_that_is_about_to_go_out(team: Team) -> None:
    assert team.send(team.ayse, team.quote(team.ayse, **PRICE)).status_code == 303
    for answer in (
        team.ben.get(f"{team.path}/decline"),
        team.ben.post(f"{team.path}/decline", data={"reason": "health"}),
    ):
        assert answer.status_code == 409
        assert answer.page.h1 == "Ayse sent a quote of €380"
    assert pending_quote(team.lead) is not None
    assert team.lead.state == "opened"
