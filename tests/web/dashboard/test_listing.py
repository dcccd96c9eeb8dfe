"""An owner sends the listing to review, pauses it and takes requests again; a member reads it."""

from datetime import timedelta

import pytest

from marketplace.clinics.checks import stamp
from marketplace.clinics.states import CheckKind, ListingState, TeamRole
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from tests.conftest import reader_of

OFFERED = {
    ListingState.DRAFT: ["submit"],
    ListingState.SENT_BACK: ["submit"],
    ListingState.IN_REVIEW: [],
    ListingState.PUBLISHED: ["pause"],
    ListingState.PAUSED: ["resume"],
    ListingState.SUSPENDED: [],
    ListingState.CLOSED: [],
}
MOVES = [
    (ListingState.DRAFT, "submit", ListingState.IN_REVIEW, "ListingSubmitted"),
    (ListingState.SENT_BACK, "submit", ListingState.IN_REVIEW, "ListingSubmitted"),
    (ListingState.PUBLISHED, "pause", ListingState.PAUSED, "ListingPaused"),
    (ListingState.PAUSED, "resume", ListingState.PUBLISHED, "ListingResumed"),
]


def offered(browser):
    actions = [form.get("action") for form in browser.get("/dashboard/listing").page.all("form", method="post")]
    return [action.rpartition("/")[2] for action in actions if "/listing/" in action]


@pytest.mark.parametrize("state", OFFERED)
def test_an_owner_is_offered_what_the_state_allows(client, make_clinic, make_member, sign_in, state):
    clinic = make_clinic(listing_state=state)
    assert offered(sign_in(make_member(clinic))) == OFFERED[state]


def test_a_member_reads_and_moves_nothing(client, make_clinic, make_member, sign_in):
    clinic = make_clinic()
    desk = sign_in(make_member(clinic, role=TeamRole.MEMBER))
    assert offered(desk) == []
    assert desk.post("/dashboard/listing/pause").status_code == 403
    assert clinic.listing_state == ListingState.PUBLISHED


@pytest.mark.parametrize(("state", "verb", "then", "event"), MOVES)
def test_each_move_is_made_and_recorded(client, make_clinic, make_member, sign_in, state, verb, then, event):
    clinic = make_clinic(listing_state=state)
    owner = make_member(clinic)
    answer = {"answer": "The licence is renewed."}
    assert sign_in(owner).post(f"/dashboard/listing/{verb}", data=answer).status_code == 303
    assert clinic.listing_state == then
    entry = db.session.query(AuditEntry).filter_by(clinic_id=clinic.id, name=event).one()
    assert entry.actor == f"member:{owner.id}"


def test_no_requests_again_while_a_check_is_over(client, make_clinic, make_member, sign_in):
    clinic = make_clinic(listing_state=ListingState.PAUSED, expired=(CheckKind.LICENCE,))
    answer = sign_in(make_member(clinic)).post("/dashboard/listing/resume")
    assert answer.status_code == 422
    assert "must be checked and in date" in answer.page.text
    assert clinic.listing_state == ListingState.PAUSED


def test_a_second_press_finds_it_moved(client, make_clinic, make_member, sign_in):
    clinic = make_clinic()
    desk = sign_in(make_member(clinic))
    desk.post("/dashboard/listing/pause")
    assert desk.post("/dashboard/listing/pause").status_code == 409
    assert clinic.listing_state == ListingState.PAUSED


@pytest.mark.parametrize(("days", "ending"), [(29, True), (30, False)])
def test_the_page_of_checks_and_the_stamp_agree(client, make_clinic, make_member, sign_in, days, ending):
    clinic = make_clinic()
    for check in clinic.checks:
        check.expires_on = clock.today() + timedelta(days=days)
    assert (stamp(clinic.checks, clock.today()).kind == "ending") is ending
    text = sign_in(make_member(clinic)).get("/dashboard/checks").page.text
    assert (f"{days} days left" in text) is ending


def test_a_suspended_listing_says_since_when_what_follows_and_how_to_object(client, make_clinic, make_member, sign_in):
    clinic = make_clinic(listing_state=ListingState.SUSPENDED, decision={"statement": "Two reports."})
    text = sign_in(make_member(clinic)).get("/dashboard/listing").page.text
    day = f"{clock.today().day} {clock.today():%B %Y}"
    for words in ("Two reports.", f"We suspended your listing on {day}", "are frozen", "You can object"):
        assert words in text


def test_a_listing_sent_back_is_not_sent_again_without_an_answer(client, make_clinic, make_member, sign_in):
    asked = {"reasons": ["wording"], "statement": "Which one?"}
    clinic = make_clinic(listing_state=ListingState.SENT_BACK, decision=asked)
    desk = sign_in(make_member(clinic))
    assert "Which one?" in desk.get("/dashboard/listing").page.text
    db.session.commit()
    refused = desk.post("/dashboard/listing/submit", data={"answer": "  "})
    assert refused.status_code == 422
    assert "Enter what you have changed" in refused.page.text
    assert clinic.listing_state == ListingState.SENT_BACK


def test_the_operator_reads_the_answer_until_it_is_decided(
    client, make_clinic, make_member, make_operator, sign_in, app
):
    asked = {"reasons": ["wording"], "statement": "Which one?"}
    clinic = make_clinic(listing_state=ListingState.SENT_BACK, decision=asked)
    answer = "The second sentence is gone."
    sign_in(make_member(clinic)).post("/dashboard/listing/submit", data={"answer": answer})
    assert answer in client.get("/dashboard/listing").page.text
    operator = sign_in(make_operator(), reader_of(app))
    page = operator.get(f"/operator/clinics/{clinic.id}").page
    assert answer in page.text
    assert "Which one?" in page.text
    shown = page.one("input", name="shown").get("value")
    operator.post(f"/operator/clinics/{clinic.id}/publish", data={"shown": shown})
    assert clinic.standing_decision is None
    assert [decision.answer for decision in clinic.decisions] == [answer]
