"""Answering with a quote: held, undone, sent, changed, taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.leads.models import Lead
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quotes.pending import pending_quote, release
from marketplace.quotes.queries import standing_for_lead
from marketplace.quotes.terms import terms_of
from marketplace.reviews.queries import items
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_lead, build_member
from tests.reading import form_fields


class Answering:
    """A member at the form of one lead."""

    def __init__(self, desk, lead):
        db.session.commit()
        self.desk, self.lead, self.path = desk, lead, f"/dashboard/leads/{lead.request.ref}"
        self.load()

    def load(self):
        self.page = self.desk.get(self.path).page
        form = next(f for f in self.page.all("form") if f.get("action") == f"{self.path}/quote")
        self.fields = form_fields(form) | {"sessions": "4", "price_per_session": "120", "total": "480"}

    def send(self, **changes):
        return self.desk.post(f"{self.path}/quote", data=self.fields | changes)

    def text(self):
        return self.desk.get(self.path).page.text


@pytest.fixture
def answering(desk, make_lead):
    return lambda **changes: Answering(desk, make_lead(desk.clinic, **changes))


def test_the_amount_is_in_the_button_and_three_numbers_come_first(answering):
    page = answering().page
    names = [field.get("name") for field in page.root.iter("input") if field.get("type") != "hidden"]
    assert names[:3] == ["sessions", "total", "valid_until"]
    assert "Send quote of €480" in page.text


def test_a_quote_is_held_and_undo_brings_the_form_back_filled(answering):
    at = answering()
    assert at.send(sessions="3", total="360", message="See you soon").status_code == 303
    assert "Undo" in at.text()
    assert "Send quote" not in at.text()
    assert at.desk.post(f"{at.path}/undo").status_code == 303
    at.page = at.desk.get(at.path).page
    assert "Send quote of €360" in at.page.text
    assert "See you soon" in at.page.text
    assert standing_for_lead(at.lead) is None
    assert at.lead.state == "opened"


def test_a_total_that_disagrees_says_what_it_must_be(answering):
    at = answering()
    refused = at.send(total="400", product="My own product", message="Hello")
    assert refused.status_code == 422
    assert "Total must be €480 (4 × €120). Change the total or add a discount" in refused.page.text
    assert refused.page.all("details")[0].get("open") is not None
    shown = form_fields(next(f for f in refused.page.all("form") if f.get("action") == f"{at.path}/quote"))
    assert (shown["total"], shown["product"], shown["message"]) == (["400"], ["My own product"], ["Hello"])
    assert at.send(total="400", discount="80").status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sessions": ""}, "Enter the number of sessions"),
        ({"sessions": "99"}, "Sessions must be between 1 and 12"),
        ({"total": "lots"}, "Total for all sessions, in EUR: enter a number, like 480"),
        ({"total": ""}, "Enter the total"),
        ({"valid_until": "2020-01-01"}, "The quote must be open for 7 to 90 days"),
        ({"valid_until": "soon"}, "Enter a date, like"),
        ({"product": ""}, "Enter the product"),
        ({"deposit": "481"}, "The deposit must not be more than the total"),
        ({"currency": "USD"}, "Quote in EUR"),
        ({"price_may_change_by": "481"}, "The price must not rise by more than the total"),
        ({"deposit": "100", "deposit_refundable_until": "2020-01-01"}, "must not be in the past"),
        ({"earliest_date": "2020-01-01"}, "The earliest date must not be in the past"),
        ({"included": "hotel", "excluded": "hotel"}, "choose one"),
        ({"price_per_session": "\x00"}, "Remove the characters"),
        ({"procedure": "no-such"}, "Select one from the list"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field(answering, changes, words):
    at = answering()
    refused = at.send(**changes)
    assert refused.status_code == 422
    assert words in refused.page.text
    assert pending_quote(at.lead) is None


@pytest.mark.parametrize(
    ("changes", "deposit"),
    [
        ({"price_per_session": "€120", "total": "480 €", "deposit": "none"}, 0),
        ({"price_per_session": "120,-", "total": "EUR 480", "deposit": "100.-"}, 10000),
        ({"price_per_session": "١٢٠", "total": "４８０", "deposit": "100,50"}, 10050),
    ],
)
def test_signs_codes_and_digits_of_other_countries_are_read(answering, changes, deposit):
    at = answering()
    assert at.send(**changes).status_code == 303
    terms = terms_of(pending_quote(at.lead))
    assert (terms.price_per_session, terms.total, terms.deposit) == (12000, 48000, deposit)


def test_a_currency_without_cents_is_not_taken_a_hundredfold(desk, make_clinic, make_lead):
    desk.clinic.currency = desk.clinic.prices[0].currency = "KRW"
    desk.clinic.prices[0].low, desk.clinic.prices[0].high = 100_000, 200_000
    at = Answering(desk, make_lead(desk.clinic))
    given = {"sessions": "4", "price_per_session": "150000.00", "total": "600,000.00", "deposit": "0"}
    assert at.send(**given).status_code == 303
    assert terms_of(pending_quote(at.lead)).total == 600_000


def test_a_price_far_from_the_list_is_sent_with_a_reason_only(answering):
    at = answering()
    odd = {"price_per_session": "2000", "total": "8000"}
    refused = at.send(**odd)
    assert refused.status_code == 422
    assert "€2,000 a session is far from your price list (€60 to €180)" in refused.page.text
    assert refused.page.one("select", name="price_reason") is not None
    assert at.send(**odd, price_reason="nonsense").status_code == 422
    assert at.send(**odd, price_reason="larger_area").status_code == 303


def test_words_that_are_pointed_out_are_sent_when_they_are_meant(answering):
    at = answering()
    text = "WhatsApp me +90 532 111 22 33. Only 2 places left!"
    refused = at.send(message=text)
    assert refused.status_code == 422
    assert "the patient gets your contact details when they choose you" in refused.page.text
    assert "presses the patient to decide quickly" in refused.page.text
    assert text in refused.page.text
    assert refused.page.one("input", name="as_it_is") is not None
    assert at.send(message=text, as_it_is="y").status_code == 303


def test_an_honest_message_and_a_doubtful_one_both_go_out(answering):
    assert answering().send(message="We cannot guarantee a result. All the best, Dr Ay").status_code == 303
    assert answering(email="b@patient.example").send(message="Guaranteed to work").status_code == 303


def test_a_text_field_says_how_long_its_text_may_be(answering):
    counted = [hint.text.strip() for hint in answering().page.all("p") if (hint.get("id") or "").endswith("-count")]
    assert counted.count("You can enter up to 600 characters") == 2


def test_the_form_says_where_its_values_come_from(answering):
    assert "Price: the middle of your price list, €60 to €180." in answering().page.text


@pytest.mark.parametrize(
    ("deposit", "words"),
    [
        ("30%", "write an amount in EUR, not a percentage"),
        ("£100", "write an amount in EUR, not in £"),
        ("0.900", "0.900 could be 900 or 0.90: write 900 or 0.90"),
    ],
)
def test_an_amount_that_cannot_be_read_is_shown_back_with_what_to_write(answering, deposit, words):
    at = answering()
    refused = at.send(deposit=deposit)
    assert refused.status_code == 422
    assert words in refused.page.text
    assert form_fields(next(f for f in refused.page.all("form") if f.get("action") == f"{at.path}/quote"))[
        "deposit"
    ] == [deposit]


SHORT = {"trips": "2", "nights_per_trip": "2", "session_gap_weeks": "3"}


def open_reviews(kind="impossible_plan"):
    return list(items(kind=kind).rows)


def test_a_plan_that_cannot_be_done_is_pointed_out_with_what_can(answering):
    refused = answering(trips="3").send(**SHORT)
    assert refused.status_code == 422
    assert (
        "2 trips of 2 nights cannot be done: 2 sessions 3 weeks apart need 22 nights in one trip." in refused.page.text
    )
    assert "Possible: 4 trips of 2 nights or 2 trips of 22 nights" in refused.page.text
    assert refused.page.one("input", name="keep_plan") is not None
    assert open_reviews() == []


def test_it_is_kept_only_with_a_message_that_says_why(answering):
    at = answering(trips="3")
    refused = at.send(**SHORT, keep_plan="y")
    assert "Say in the message why this plan can be done" in refused.page.text
    assert at.send(**SHORT, keep_plan="y", message="You stay with family here.").status_code == 303
    assert "Cannot be done in 2 trips of 2 nights" in at.text()
    item = open_reviews()[0]
    assert (item.subject_id, item.detail["nights_needed"]) == (pending_quote(at.lead).id, 22)
    assert at.desk.post(f"{at.path}/undo").status_code == 303
    assert open_reviews() == []


def test_a_clinic_reads_how_many_trips_the_patient_has(answering):
    at = answering(trips="2")
    assert "The patient can make 2 trips: a quote that needs more is marked" in at.page.text
    assert at.fields["trips"] == ["2"]
    assert at.fields["nights_per_trip"] == ["15"]
    assert at.send(trips="4", nights_per_trip="2").status_code == 303
    assert at.text().count("The patient can make 2 trips") == 1


@pytest.mark.parametrize(("trips", "prefilled"), [("1", ("1", "43")), ("3", ("4", "2")), ("unknown", ("4", "2"))])
def test_what_is_filled_in_can_be_done(answering, trips, prefilled):
    fields = answering(trips=trips).fields
    assert (fields["trips"], fields["nights_per_trip"]) == tuple([value] for value in prefilled)


def test_everything_a_quote_can_say_is_kept(answering):
    at = answering(questions=["Does it hurt?", "Can I fly home?"])
    day = (clock.today() + timedelta(days=20)).isoformat()
    extra = {
        "product_sealed": "yes",
        "refund_if_refused": "no",
        "taxes_included": "not stated",
        "deposit": "100,50",
    }
    extra |= {"session_gap_weeks": "not stated", "earliest_date": day, "deposit_refundable_until": day}
    extra |= {"included": ["hotel", "transfer"], "excluded": ["follow_up"], "price_may_change_by": "0"}
    extra |= {"answers-1": "A little", "answers-2": "The next day"}
    assert at.send(**extra).status_code == 303
    terms = terms_of(pending_quote(at.lead))
    assert (terms.product_sealed, terms.refund_if_refused, terms.taxes_included) == (True, False, None)
    assert (terms.deposit, terms.session_gap_weeks, terms.price_may_change_by) == (10050, None, 0)
    assert terms.included == ("hotel", "transfer")
    assert terms.excluded == ("follow_up",)
    assert terms.answers == ("A little", "The next day")


def test_a_second_member_is_told_that_someone_was_faster(answering):
    at = answering()
    colleague = dict(at.fields)
    assert at.send().status_code == 303
    colleague["idem"] = ["0190e5f0-0000-7000-8000-000000000001"]
    assert at.desk.post(f"{at.path}/quote", data=colleague).status_code == 409
    quote = pending_quote(at.lead)
    release(quote)
    db.session.commit()
    colleague["idem"] = ["0190e5f0-0000-7000-8000-000000000002"]
    assert at.desk.post(f"{at.path}/quote", data=colleague).status_code == 409


def test_a_double_click_makes_one_quote(answering):
    at = answering()
    assert at.send().status_code == at.send().status_code == 303
    assert pending_quote(at.lead).version == 1


def test_undo_comes_too_late(answering):
    at = answering()
    at.send()
    release(pending_quote(at.lead))
    db.session.commit()
    late = at.desk.post(f"{at.path}/undo")
    assert late.status_code == 409
    assert "gone out already" in late.page.text


def test_a_sent_quote_can_be_changed_and_withdrawn(answering):
    at = answering()
    at.send()
    release(pending_quote(at.lead))
    db.session.commit()
    at.load()
    assert at.send(sessions="5", total="600", nights_per_trip="29").status_code == 303
    assert at.desk.post(f"{at.path}/withdraw").status_code == 409
    release(pending_quote(at.lead))
    db.session.commit()
    assert standing_for_lead(at.lead).total == 60000
    assert at.desk.post(f"{at.path}/withdraw", data={"reason": "price"}).status_code == 303
    assert at.lead.state == "opened"
    assert "Send quote of €600" in at.text()


def test_a_late_quote_still_counts(answering):
    from marketplace.leads.clocks import expire_due

    at = answering()
    expire_due(at.lead.due_at + timedelta(minutes=1))
    db.session.commit()
    assert at.lead.state == "expired"
    assert "Late" in at.text()
    assert at.send().status_code == 303
    release(pending_quote(at.lead))
    assert at.lead.state == "quoted"


def test_a_refused_form_is_a_look_too(own_app):
    with own_app.app_context():
        lead = build_lead(conditions=["allergy"], details="to lidocaine")
        account = build_member(lead.clinic)
        path, key, email = f"/dashboard/leads/{lead.request.ref}/quote", lead.id, account.email
        db.session.commit()
    browser = reader_of(own_app)
    browser.post("/account/login", data={"email": email, "password": PASSWORD})
    shown = browser.get(path.removesuffix("/quote")).page.one("input", name="shown").get("value")
    with own_app.app_context():
        before = len(access_records_of(db.session.get_one(Lead, key).request))
    answer = browser.post(path, data={"idem": str(uuid4()), "shown": shown, "total": "x"})
    assert (answer.status_code, before) == (422, 1)
    assert "to lidocaine" in answer.text
    with own_app.app_context():
        (look,) = access_records_of(db.session.get_one(Lead, key).request)
        entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.name == "AnswersRead")))
        assert len(entries) == 2
        entry = entries[1]
        assert (entry.lead_id, entry.reason, entry.actor) == (key, look.what, look.actor) == (key, "health", look.actor)
