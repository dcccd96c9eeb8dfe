"""The cards of clinics that may be ticked are alike in the form and on the page that adds clinics."""

from typing import Any

import pytest

from marketplace.extensions import db
from tests.factories import Make
from tests.statements import statements_of
from tests.web.patient.filling import ANSWERS, answer, answer_until, begin
from tests.web.patient.test_request_pages import opened

FORM = "/get-quotes/clinics"


@pytest.fixture(params=["form", "adding"])
def page(request: pytest.FixtureRequest, client: Any, make_clinic: Make, make_request: Make) -> Any:
    """A page of cards, with one clinic that has a reply time."""
    if request.param == "adding":
        path = f"{opened(client, make_request(make_clinic('Clinic Lale')))}/clinics"
    else:
        answer_until(client, "clinics")
        path = FORM
    make_clinic("Clinic Nar", slug="clinic-nar", reply_minutes=540, leads_sent=20, leads_answered=19)
    return client.get(path).page


def test_a_card_has_what_one_chooses_by(page: Any) -> None:
    for fact in (
        "Istanbul, Türkiye",
        "total for you",
        "€480 (about £",
        "2 trips of 22 nights",
        "6 of 6 checks passed",
        "Languages: Turkish, English",
        "Less if you could come more often: £",
        "Why it is here: speaks English; answers in 9 hours; likely to answer 91 of 100 requests.",
    ):
        assert fact in page.text
    assert "clinics" not in page.fields()


def test_why_others_are_not_there_leads_nowhere_else(client: Any, make_clinic: Make) -> None:
    make_clinic("Clinic Nar")
    make_clinic("Clinic Sakura", languages=["ja"])
    answer_until(client, "clinics")
    page = client.get(FORM).page
    assert "Why others are not here" in page.text
    assert "1 clinic: Speaks none of your languages." in page.text
    assert [link for link in page.one("main").iter("a") if "change=1" in (link.get("href") or "")] == []


def test_a_clinics_page_opens_beside_the_form(page: Any) -> None:
    links = [link for link in page.one("main").iter("a") if link.get("href") == "/clinic/clinic-nar"]
    assert [(link.get("target"), link.get("rel")) for link in links] == [("_blank", "noopener")]


def test_who_is_unsure_reads_what_the_total_is_of(client: Any, make_clinic: Make) -> None:
    make_clinic()
    answer_until(client, "clinics", treatment={"procedure": "unsure"})
    assert "Facial mesotherapy: €480 (about £" in client.get(FORM).page.text


def test_a_check_that_does_not_hold_is_named(client: Any, make_clinic: Make) -> None:
    make_clinic(expired=("insurance",))
    answer_until(client, "clinics")
    assert "5 of 6 checks passed, not: Insurance" in client.get(FORM).page.text


def test_the_clinic_started_from_is_named_where_it_cannot_be_asked(client: Any, make_clinic: Make) -> None:
    make_clinic("Clinic Nar")
    first = make_clinic("Clinic Sakura", languages=["ja"])
    begin(client, clinic=first.slug)
    for step in ANSWERS:
        answer(client, step)
    text = client.get(FORM).page.text
    assert "Clinic Sakura, from whose page you started, cannot get your request: Speaks none of your languages." in text


def test_each_consent_to_an_added_clinic_stands_once(client: Any, make_clinic: Make, make_request: Make) -> None:
    base = opened(client, make_request(make_clinic("Clinic Lale")))
    for name in ("Clinic Nar", "Clinic Gül"):
        make_clinic(name)
    db.session.commit()
    text = client.get(f"{base}/clinics").page.text
    assert text.count("sends my health answers to Clinic Nar (Türkiye)") == 1
    assert text.count("without my health answers and photos to Clinic Gül (Türkiye)") == 1


def test_health_answers_that_are_deleted_are_not_asked_for(client: Any, make_clinic: Make, make_request: Make) -> None:
    request = make_request(make_clinic("Clinic Lale"))
    make_clinic("Clinic Nar")
    request.health_sealed = None
    db.session.commit()
    page = client.get(f"{opened(client, request)}/clinics").page
    assert page.all("input", name="share_health") == []
    assert "I agree that" not in page.text


def test_five_cards_take_no_more_statements_than_one(client: Any, make_clinic: Make) -> None:
    taken = []
    for numbers in (range(1), range(1, 5)):
        for number in numbers:
            make_clinic(f"Clinic {number}")
        answer_until(client, "clinics", treatment={"procedure": "unsure"})
        with statements_of(db.engine.engine) as seen:
            assert len(client.get(FORM).page.all("input", name="clinics")) == numbers.stop
        taken.append(len(seen))
    assert taken[0] == taken[1], "the clinics, their checks and prices; the procedures"
