"""What a clinic may read of a request, and when."""

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.leads.actions import decline
from marketplace.leads.states import LEAD_DECLINE_REASONS
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quotes import choosing
from marketplace.reviews.models import ReviewItem
from marketplace.words.lead import LEAD_DECLINES
from tests.reading import form_fields


def kept(lead):
    """Stored, so that a refusal, which rolls back, does not take the test's own rows along."""
    db.session.commit()
    return lead.request.ref


def page_of(desk, lead):
    return desk.get(f"/dashboard/leads/{lead.request.ref}").page.text


def test_signed_out_is_asked_to_sign_in(client):
    answer = client.get("/dashboard/leads?state=quoted")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login?next=")


def test_a_stranger_finds_nothing(client, make_account, sign_in):
    assert sign_in(make_account()).get("/dashboard/leads").status_code == 404


def test_another_clinics_lead_is_not_found(desk, make_clinic, make_lead):
    ref = kept(make_lead(make_clinic("Clinic Nar")))
    for way in ("", "/ask", "/decline"):
        assert desk.get(f"/dashboard/leads/{ref}{way}").status_code == 404
    for way in ("quote", "undo", "withdraw", "ask", "decline", "delete-confirmed"):
        assert desk.post(f"/dashboard/leads/{ref}/{way}", data=ANY).status_code == 404


def fields(page):
    """The form of main as it stands."""
    return form_fields(page.one("main").find(".//form"))


ANY = {"idem": "0190e5f0-0000-7000-8000-000000000001"}


def test_the_first_look_opens_it_but_head_does_not(desk, make_lead):
    lead = make_lead(desk.clinic)
    desk.head(f"/dashboard/leads/{lead.request.ref}")
    assert lead.state == "new"
    page_of(desk, lead)
    assert lead.state == "opened"


def test_a_look_at_health_is_recorded_once_an_hour(desk, make_lead):
    lead = make_lead(desk.clinic, conditions=["allergy"])
    page_of(desk, lead)
    page_of(desk, lead)
    (look,) = access_records_of(lead.request)
    assert look.what == "health"
    assert look.actor.startswith("member:")


def test_health_is_shown_with_consent_only(desk, make_lead):
    shared = make_lead(desk.clinic, conditions=["blood_thinner"], details="since May")
    text = page_of(desk, shared)
    assert "Takes a blood thinner" in text
    assert "Do not advise stopping it" in text
    assert "since May" in text
    hidden = make_lead(
        desk.clinic,
        conditions=["blood_thinner"],
        details="since May",
        share_health=False,
        email="b@patient.example",
    )
    text = page_of(desk, hidden)
    assert "blood thinner" not in text
    assert "since May" not in text
    assert "Not shared with you" in text


def test_contact_is_hidden_until_won(desk, make_lead, make_quote):
    lead = make_lead(desk.clinic, email="zeb@patient.example", phone="+44 20 7946 0000")
    quote = make_quote(lead)
    assert not [secret for secret in ("zeb@", "7946") if secret in page_of(desk, lead)]
    choosing.choose(quote)
    assert not [secret for secret in ("zeb@", "7946") if secret not in page_of(desk, lead)]
    choosing.undo_choice(lead.request)
    assert not [secret for secret in ("zeb@", "7946") if secret in page_of(desk, lead)]


def test_the_name_to_use_is_read_while_the_lead_is(desk, make_lead):
    lead = make_lead(desk.clinic, name="Zebulon")
    assert "Zebulon" in page_of(desk, lead)
    decline(lead, "no_dates")
    assert "Zebulon" not in page_of(desk, lead)


def test_the_budget_is_shown_when_the_patient_shows_it(desk, make_lead):
    lead = make_lead(desk.clinic)
    lead.request.budget_amount, lead.request.budget_currency, lead.request.budget_scope = (
        90000,
        "GBP",
        "treatment",
    )
    assert "£900" not in page_of(desk, lead)
    lead.request.share_budget = True
    assert "£900" in page_of(desk, lead)


def test_the_inbox_shows_the_most_urgent_first(desk, make_lead):
    from datetime import timedelta

    later, sooner = make_lead(desk.clinic), make_lead(desk.clinic, email="b@patient.example")
    sooner.due_at = later.due_at - timedelta(hours=3)
    text = desk.get("/dashboard/leads").page.text
    assert text.index(sooner.request.ref) < text.index(later.request.ref)
    assert "left" in text
    assert "No quote is open" in desk.get("/dashboard/leads?state=quoted").page.text


def test_contact_details_in_a_question_are_pointed_out_first(desk, make_lead):
    path = f"/dashboard/leads/{kept(make_lead(desk.clinic))}/ask"
    form = fields(desk.get(path).page) | {"question": "Call me on +90 532 111 22 33"}
    refused = desk.post(path, data=form)
    assert refused.status_code == 422
    assert "the patient gets your contact details when they choose you" in refused.page.text
    assert fields(refused.page)["question"] == ["Call me on +90 532 111 22 33"]
    assert desk.post(path, data=form | {"as_it_is": "y"}).status_code == 303
    assert [item.kind for item in db.session.scalars(select(ReviewItem))] == ["contact_details"]


def test_a_question_is_asked_once(desk, make_lead):
    lead = make_lead(desk.clinic)
    path = f"/dashboard/leads/{kept(lead)}/ask"
    form = fields(desk.get(path).page)
    assert desk.post(path, data=form).status_code == 422
    form["question"] = "Have you had this before?"
    assert desk.post(path, data=form).status_code == 303
    assert "Have you had this before?" in page_of(desk, lead)
    assert desk.get(path).status_code == 409


@pytest.mark.parametrize("reason", LEAD_DECLINE_REASONS)
def test_each_reason_to_decline_can_be_given(desk, make_lead, reason):
    lead = make_lead(desk.clinic)
    assert desk.post(f"/dashboard/leads/{kept(lead)}/decline", data={"reason": reason}).status_code == 303
    assert str(LEAD_DECLINES.clinic[reason]) in page_of(desk, lead)


def test_a_decline_needs_a_reason(desk, make_lead):
    lead = make_lead(desk.clinic)
    path = f"/dashboard/leads/{kept(lead)}/decline"
    assert desk.get(path).status_code == 200
    refused = desk.post(path, data={})
    assert refused.status_code == 422
    assert "Select a reason" in refused.page.text
    assert desk.post(path, data={"reason": "no_dates"}).status_code == 303
    assert lead.state == "declined"
    assert lead.decline_reason == "no_dates"
    assert desk.post(path, data={"reason": "health"}).status_code == 409


def test_a_taken_back_request_shows_nothing_but_the_order_to_delete(desk, make_lead):
    from marketplace.leads.request_actions import delete_request

    lead = make_lead(desk.clinic, conditions=["pregnancy"], questions=["Is it safe?"])
    delete_request(lead.request)
    text = page_of(desk, lead)
    assert "Delete this patient’s data" in text
    assert "Is it safe" not in text
    assert "Pregnant" not in text
    assert desk.post(f"/dashboard/leads/{lead.request.ref}/delete-confirmed").status_code == 303
    assert "You confirmed" in page_of(desk, lead)


def test_the_other_pages(desk, make_lead):
    make_lead(desk.clinic)
    assert "Dr Ayşe Sample" in desk.get("/dashboard/listing").page.text
    assert "Health licence" in desk.get("/dashboard/checks").page.text
    assert "0 of 1 (0 %)" in desk.get("/dashboard/numbers").page.text
    assert "ayse@clinic.example" in desk.get("/dashboard/team").page.text
    assert desk.get("/dashboard").headers["Location"] == "/dashboard/leads"


def test_the_clinic_reads_what_it_is_wanted_for(desk, make_lead):
    lead = make_lead(desk.clinic)
    lead.request.concern = "fine-lines-mesolift"
    kept(lead)
    assert "For: Fine lines, with mesolift" in page_of(desk, lead)
