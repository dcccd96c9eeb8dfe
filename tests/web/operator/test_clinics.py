"""The operators' clinics: claims beside checks, and decisions with their reasons."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.clinics import actions
from marketplace.clinics.operator_queries import PAGE
from marketplace.clinics.states import CheckKind, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.web.operator.claims import listing_shown
from marketplace.words.listing import SUSPENSION_REASONS
from tests.reading import form_fields, words

WORDS = "The register shows another name."


def path(clinic, verb=""):
    return f"/operator/clinics/{clinic.id}" + (f"/{verb}" if verb else "")


def read(desk, clinic, verb):
    """What the page of a decision showed, as its form says it; publishing and reinstating stand on the listing's."""
    page = desk.get(path(clinic, "" if verb in {"publish", "reinstate"} else verb)).page
    return {"shown": page.all("input", name="shown")[0].get("value")}


def decide(desk, clinic, verb, **fields):
    db.session.commit()
    return desk.post(path(clinic, verb), data=read(desk, clinic, verb) | fields)


def test_the_list_is_filtered_by_state_country_and_name(desk, make_clinic):
    make_clinic("Clinic Ada")
    make_clinic("Clinic Bor", listing_state=ListingState.SUSPENDED, country="PL", city="Gdansk")
    assert "Clinic Bor" not in desk.get("/operator/clinics?state=published").page.text
    assert "Clinic Ada" not in desk.get("/operator/clinics?country=pl").page.text
    assert "Clinic Bor" in desk.get("/operator/clinics?q=bor").page.text
    assert "No clinics match" in desk.get("/operator/clinics?q=nothing").page.text


def test_claims_stand_beside_what_was_checked(desk, make_clinic):
    page = desk.get(path(make_clinic(expired=(CheckKind.LICENCE,)))).page
    assert "Dr Ayşe Sample" in page.text
    assert "Public register" in page.text
    assert len(page.all("span", data_state="expired")) == 1
    assert len(page.all("span", data_state="passed")) == 5


def test_publishing(desk, make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    assert decide(desk, clinic, "publish").status_code == 303
    assert clinic.listing_state == ListingState.PUBLISHED
    assert "Listing published" in desk.get(path(clinic, "history")).page.text


def test_publishing_without_the_required_checks_is_refused_with_words(desk, make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW, expired=(CheckKind.PEOPLE,))
    answer = desk.post(path(clinic, "publish"), data={"shown": listing_shown(clinic).value})
    assert answer.status_code == 422
    assert "must be checked" in answer.page.text


def test_suspending_needs_a_reason_and_a_statement(desk, make_clinic):
    clinic = make_clinic()
    db.session.commit()
    answer = decide(desk, clinic, "suspend", reason=[], statement="")
    assert answer.status_code == 422
    assert "Select at least one reason" in answer.page.text
    assert "Enter what the clinic should know" in answer.page.text


def test_a_suspension_shows_all_its_reasons(desk, make_clinic):
    clinic = make_clinic()
    form = {"reason": ["check_revoked", "false_statement"], "statement": WORDS}
    assert decide(desk, clinic, "suspend", **form).status_code == 303
    shown = desk.get(path(clinic)).page.text
    reasons = [str(SUSPENSION_REASONS.operator[code]) for code in form["reason"]]
    assert all(words in shown for words in [WORDS, " · ".join(reasons)])
    assert "; ".join(reasons) in desk.get(path(clinic, "history")).page.text


def test_the_second_of_two_operators_is_told(desk, make_clinic):
    clinic = make_clinic()
    db.session.commit()
    shown = read(desk, clinic, "suspend")
    actions.suspend_listing(clinic, reasons=["patient_report"], statement="Somebody else's words.")
    db.session.commit()
    form = {"reason": "false_statement", "statement": WORDS}
    for fields in (shown, {}):
        answer = desk.post(path(clinic, "suspend"), data=fields | form)
        assert answer.status_code == 409
        assert words(answer.page.one("textarea")) == WORDS
        assert "Listing suspended" in answer.page.text
        assert not answer.page.all("button", class_="stop")
    assert [decision.statement for decision in clinic.decisions] == ["Somebody else's words."]


def test_sending_back_and_reinstating(desk, make_clinic):
    drafted, down = (
        make_clinic(listing_state=ListingState.IN_REVIEW),
        make_clinic(listing_state=ListingState.SUSPENDED),
    )
    form = {"reason": "wording", "statement": WORDS}
    assert decide(desk, drafted, "send-back", **form).status_code == 303
    assert decide(desk, down, "reinstate").status_code == 303
    assert (drafted.listing_state, down.listing_state) == (ListingState.SENT_BACK, ListingState.PUBLISHED)


def test_a_check_is_recorded_with_its_end(desk, make_clinic):
    clinic = make_clinic(expired=(CheckKind.LICENCE,))
    db.session.commit()
    form = {"evidence": "Extract", "source": "Register", "verdict": "pass", "expires_on": "2000-01-01"}
    assert decide(desk, clinic, "checks/licence", **form).status_code == 422
    answer = decide(desk, clinic, "checks/licence", **form | {"expires_on": ""})
    assert answer.status_code == 422
    assert "Enter the day" in answer.page.text
    end = (clock.today() + timedelta(days=100)).isoformat()
    assert decide(desk, clinic, "checks/licence", **form | {"expires_on": end}).status_code == 303


def test_the_list_counts_the_checks_that_count_today(desk, make_clinic):
    clinic = make_clinic("Clinic Ada", expired=(CheckKind.LICENCE,))
    clinic.checks[-1].expires_on = clock.today() - timedelta(days=1)
    db.session.commit()
    assert "4 of 6" in desk.get("/operator/clinics").page.text


def test_an_unknown_clinic_is_not_found(desk):
    assert desk.get(f"/operator/clinics/{uuid4()}").status_code == 404


def test_checks_that_end_within_so_many_days(desk, make_clinic):
    make_clinic("Clinic Ada", expired=(CheckKind.LICENCE,))
    make_clinic("Clinic Bor")
    assert "Clinic Bor" not in desk.get("/operator/checks?expires_within=30").page.text
    assert "Clinic Bor" in desk.get("/operator/checks?expires_within=366").page.text


def test_the_address_of_another_page_takes_nothing_over_but_data(desk, make_clinic):
    for n in range(PAGE + 1):
        make_clinic(f"Clinic {n}")
    path = "/operator/clinics?endpoint=x&_external=1&_scheme=javascript&state=published"
    assert desk.get(path).page.all("a", href=f"{path}&page=2")


@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.SENT_BACK])
def test_a_listing_is_taken_into_review(desk, make_clinic, state):
    clinic = make_clinic(listing_state=state)
    assert "Take into review" in desk.get(path(clinic)).page.text
    assert desk.post(path(clinic, "submit")).status_code == 303
    assert clinic.listing_state == ListingState.IN_REVIEW
    assert "Listing sent to review" in desk.get(path(clinic, "history")).page.text


@pytest.mark.parametrize(
    ("state", "verb"), [(ListingState.IN_REVIEW, "Publish"), (ListingState.SUSPENDED, "Reinstate")]
)
def test_what_cannot_be_done_is_not_offered_but_what_is_missing_said(desk, make_clinic, state, verb):
    ready, not_yet = make_clinic(listing_state=state), make_clinic(listing_state=state, expired=(CheckKind.PEOPLE,))
    buttons = [words(button) for button in desk.get(path(ready)).page.all("button")]
    assert [text for text in buttons if text.startswith(verb)]
    page = desk.get(path(not_yet)).page
    assert not [words(button) for button in page.all("button") if words(button).startswith(verb)]
    decision = page.one("section", aria_labelledby="decision")
    assert next(decision.iter("a")).get("href") == path(not_yet, "checks/people")


@pytest.mark.parametrize(("kind", "days"), [("licence", 366), ("prices", 184)])
def test_the_longest_date_is_suggested_and_accepted(desk, make_clinic, kind, days):
    clinic = make_clinic(expired=(CheckKind.LICENCE, CheckKind.PRICES))
    db.session.commit()
    form = form_fields(desk.get(path(clinic, f"checks/{kind}")).page.one("main").find(".//form"))
    assert form["expires_on"] == [(clock.today() + timedelta(days=days)).isoformat()]
    assert desk.post(path(clinic, f"checks/{kind}"), data={**form, "verdict": "pass"}).status_code == 303
