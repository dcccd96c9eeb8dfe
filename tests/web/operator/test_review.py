"""What waits for an operator, and its end."""

from uuid import uuid4

from marketplace.extensions import db
from marketplace.leads.actions import ask
from marketplace.leads.request_actions import close
from marketplace.retention.erasure import erase
from marketplace.reviews.models import ReviewKind, ReviewState


def path(item):
    return f"/operator/review/{item.id}/decide"


def test_the_list_says_what_it_is_and_about_whom(desk, make_clinic, make_request, make_review_item):
    request = make_request()
    detail = {"price": 200000, "low": 7000, "high": 12000, "currency": "EUR", "basis": "own_list", "reason": "combined"}
    make_review_item(make_clinic("Clinic Ada"), request_id=request.id, detail=detail)
    text = desk.get("/operator/review").page.text
    assert all(words in text for words in ("Price outside the usual range", "Clinic Ada", request.ref, "€2,000"))
    assert "Compared with: the clinic's own list" in text
    assert "Reason: Combined with another treatment" in text


def test_the_desk_counts_what_waits(desk, make_review_item):
    make_review_item()
    page = desk.get("/operator").page
    row = next(row for row in page.all("tr") if "Things to look at" in "".join(row.itertext()))
    assert "".join(row[1].itertext()).strip() == "1"


def test_the_list_is_filtered_by_kind(desk, make_review_item):
    make_review_item()
    assert "1 found" in desk.get("/operator/review?kind=price_outside_range").page.text
    assert "Nothing to look at" in desk.get("/operator/review?kind=pressure").page.text


def test_a_flagged_sentence_is_read_where_it_stands(desk, make_quote, make_lead):
    make_quote(message="Thank you. The result is guaranteed.")
    asked = make_lead(email="b@patient.example")
    ask(asked, "How old are you? Call me on +90 532 111 22 33.", as_it_is=True)
    db.session.commit()
    page = desk.get("/operator/review").page
    quoted = ["".join(part.itertext()) for part in page.all("q")]
    assert sorted(quoted) == ["Call me on +90 532 111 22 33.", "The result is guaranteed."]


def test_an_erased_request_leaves_no_sentence(desk, make_quote):
    request = make_quote(message="The result is guaranteed.").lead.request
    close(request)
    erase(request)
    db.session.commit()
    assert not desk.get("/operator/review").page.all("q")


def test_deciding_with_a_note(desk, make_review_item):
    item = make_review_item(kind=ReviewKind.PRESSURE)
    db.session.commit()
    assert desk.post(path(item), data={"outcome": "dealt_with", "note": "Asked them"}).status_code == 303
    assert item.state == ReviewState.DECIDED
    assert "Asked them" in desk.get("/operator/review?state=decided").page.text
    assert desk.post(path(item), data={"outcome": "fine"}).status_code == 409


def test_what_was_typed_is_shown_back(desk, make_review_item):
    item = make_review_item()
    db.session.commit()
    answer = desk.post(path(item), data={"outcome": "?", "note": "Asked them"})
    assert answer.status_code == 422
    assert answer.page.one("input", id=f"note-{item.id}").get("value") == "Asked them"
    assert desk.post(path(item), data={"outcome": "fine", "note": "x" * 501}).status_code == 422


def test_an_unknown_item_is_not_found(desk):
    assert desk.post(f"/operator/review/{uuid4()}/decide", data={"outcome": "fine"}).status_code == 404


def test_the_note_of_whoever_comes_second_is_shown_back(desk, make_review_item):
    item = make_review_item(kind=ReviewKind.PRESSURE)
    db.session.commit()
    desk.post(path(item), data={"outcome": "dealt_with", "note": "Asked them"})
    late = desk.post(path(item), data={"outcome": "fine", "note": "Wrote to the owner"})
    assert late.status_code == 409
    assert "Wrote to the owner" in late.page.text
    assert "Asked them" in late.page.text
    assert item.note == "Asked them"
