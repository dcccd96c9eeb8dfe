"""A consent is revoked for one clinic: health, photos or all; in whatever state its lead and the request are."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads import actions
from marketplace.leads.clocks import expire_due
from marketplace.leads.consent import photo_readers, standing_purposes
from marketplace.leads.deletion_duties import chase_due, confirm_deletion, duties_of
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import close, delete_request, pause
from marketplace.leads.revoking import give, giving_text
from marketplace.leads.states import LeadState
from marketplace.leads.submission import add_clinics
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import RequestState
from marketplace.quotes import choosing
from marketplace.quotes.ending import revoke_consent
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState
from marketplace.reviews.models import ReviewItem
from tests.factories import Make, build_quote
from tests.outbox import emails


def chosen(lead: Lead) -> None:
    choosing.choose(build_quote(lead))


def settled(lead: Lead) -> None:
    chosen(lead)
    choosing.settle_due(clock.now() + timedelta(hours=49))


def expired(lead: Lead) -> None:
    expire_due(lead.due_at)


STATES: dict[str, Any] = {
    "new": lambda lead: None,
    "opened": actions.open_lead,
    "asked": lambda lead: actions.ask(lead, "Which area?"),
    "quoted": build_quote,
    "held": lambda lead: build_quote(lead, released=False),
    "declined": lambda lead: actions.decline(lead, "no_dates"),
    "expired": expired,
    "chosen": chosen,
    "settled": settled,
    "paused": lambda lead: pause(lead.request),
    "closed": lambda lead: close(lead.request),
}


@pytest.mark.parametrize(("state", "what"), [*itertools.product(STATES, ["health", "photos"])])
def test_a_part_is_revoked_in_every_state_and_the_lead_stays(make_lead: Make, state: str, what: str) -> None:
    lead = make_lead(photos=1)
    STATES[state](lead)
    was = (lead.state, lead.request.state)
    assert revoke_consent(lead, what)
    assert (lead.state, lead.request.state) == was
    assert what not in standing_purposes(lead.request)[lead.clinic_id]
    assert [(duty.purpose, duty.state) for duty in duties_of(lead)] == [(what, "asked")]
    assert len(emails("delete_part")) == 1


@pytest.mark.parametrize("state", STATES)
def test_all_of_it_is_revoked_in_every_state(make_lead: Make, state: str) -> None:
    lead = make_lead(photos=1)
    STATES[state](lead)
    assert revoke_consent(lead, "all")
    assert (lead.state, standing_purposes(lead.request)[lead.clinic_id]) == (LeadState.REVOKED, [])
    assert {duty.purpose for duty in duties_of(lead)} == {"request", "health", "photos"}
    assert len(emails("delete_data")) == 1
    live = {QuoteState.HELD, QuoteState.SENT}
    assert not live & set(db.session.scalars(select(Quote.state)))


@pytest.mark.parametrize("what", ["health", "photos", "all"])
def test_revoked_twice_is_revoked_once(make_lead: Make, what: str) -> None:
    lead = make_lead(photos=1)
    assert [revoke_consent(lead, what), revoke_consent(lead, what)] == [True, False]
    assert len(emails("delete_data" if what == "all" else "delete_part")) == 1


def test_an_unknown_purpose_is_refused(make_lead: Make) -> None:
    with pytest.raises(Refused):
        revoke_consent(make_lead(), "contact")


def test_once_the_request_is_deleted_nothing_is_left_to_revoke(make_lead: Make) -> None:
    lead = make_lead()
    delete_request(lead.request)
    with pytest.raises(WrongState):
        revoke_consent(lead, "all")


def test_a_fresh_choice_of_the_clinic_is_undone_first(make_lead: Make, make_clinic: Make) -> None:
    lead, other = make_lead(), make_clinic("Clinic Nar")
    rival = add_clinics(lead.request, [other], share_health=True).leads[0]
    build_quote(rival)
    chosen(lead)
    revoke_consent(lead, "all")
    assert (lead.request.state, lead.state, rival.state) == ("open", "revoked", "quoted")
    choosing.choose(db.session.scalars(select(Quote).where(Quote.lead_id == rival.id)).one())
    assert rival.state == LeadState.WON


def test_a_settled_choice_stays_settled(make_lead: Make) -> None:
    lead = make_lead()
    settled(lead)
    revoke_consent(lead, "all")
    assert (lead.request.state, lead.state) == (RequestState.SETTLED, LeadState.REVOKED)


def test_an_undone_choice_brings_no_revoked_clinic_back(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead()
    rival = add_clinics(lead.request, [make_clinic("Clinic Nar")], share_health=True).leads[0]
    build_quote(rival)
    chosen(lead)
    revoke_consent(rival, "all")
    choosing.undo_choice(lead.request)
    assert (lead.state, rival.state) == (LeadState.QUOTED, LeadState.REVOKED)


def test_our_own_copy_goes_with_the_last_reader(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead(photos=1, conditions=["allergy"])
    other = add_clinics(lead.request, [make_clinic("Clinic Nar")], share_health=True).leads[0]
    revoke_consent(lead, "health")
    revoke_consent(lead, "photos")
    assert answers(lead.request).conditions == ("allergy",)
    assert len(photos_of(lead.request)) == 1
    revoke_consent(other, "all")
    assert (answers(lead.request).conditions, photos_of(lead.request)) == ((), [])
    assert not lead.request.share_health


def test_given_anew_lifts_the_duty_and_revoked_again_makes_another(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead()
    add_clinics(lead.request, [make_clinic("Clinic Nar")], share_health=True)
    revoke_consent(lead, "health")
    give(lead, "health", words=giving_text(lead, "health") or "")
    assert "health" in standing_purposes(lead.request)[lead.clinic_id]
    revoke_consent(lead, "health")
    assert [duty.state for duty in duties_of(lead)] == ["lifted", "asked"]


def test_another_sentence_than_the_one_shown_is_not_agreed_to(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead()
    revoke_consent(lead, "health")
    with pytest.raises(WrongState):
        give(lead, "health", words="I agree to something else")


def test_whoever_revoked_photos_is_not_named_for_new_ones(make_lead: Make, make_clinic: Make) -> None:
    lead = make_lead(photos=1)
    other = add_clinics(lead.request, [make_clinic("Clinic Nar")], share_health=True).leads[0]
    assert photo_readers(lead.request) == [lead.clinic, other.clinic]
    revoke_consent(lead, "photos")
    assert photo_readers(lead.request) == [other.clinic]


def confirmations() -> list[str | None]:
    query = select(AuditEntry.reason).where(AuditEntry.name == "DeletionConfirmed")
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_each_duty_is_confirmed_once_however_often_it_is_pressed(make_lead: Make) -> None:
    lead = make_lead(photos=1)
    revoke_consent(lead, "photos")
    for _ in range(6):
        confirm_deletion(lead)
    assert confirmations() == ["photos"]
    revoke_consent(lead, "all")
    for _ in range(6):
        confirm_deletion(lead)
    assert sorted(confirmations()) == ["health", "photos", "request"]


def test_nothing_is_confirmed_where_nothing_was_revoked(make_lead: Make) -> None:
    with pytest.raises(WrongState):
        confirm_deletion(make_lead())


def test_a_clinic_is_chased_twice_then_operators_see_it(make_lead: Make) -> None:
    lead, asked_at = make_lead(), clock.now()
    revoke_consent(lead, "health")
    chased = []
    for days in (2.9, 3.1, 6.9, 7.1, 20):
        with clock.set_to(asked_at + timedelta(days=days)):
            chased.append(chase_due(clock.now()))
    assert chased == [0, 1, 0, 1, 0]
    assert len(emails("delete_reminder")) == 2
    (item,) = db.session.scalars(select(ReviewItem)).all()
    assert (item.kind, item.state) == ("deletion_not_confirmed", "opened")
    confirm_deletion(lead)
    assert item.state == "decided"


def test_three_duties_of_one_request_are_chased_by_one_email(make_lead: Make) -> None:
    lead = make_lead(photos=1)
    revoke_consent(lead, "all")
    with clock.set_to(clock.now() + timedelta(days=4)):
        assert chase_due(clock.now()) == 3
    assert len(emails("delete_reminder")) == 1
