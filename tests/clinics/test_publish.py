"""Publishing: only what was checked goes live, and only once."""

import pytest

from marketplace.clinics import actions
from marketplace.clinics.states import CheckKind, ListingState
from marketplace.foundation.problems import Refused, WrongState


def test_a_checked_listing_goes_live(make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    actions.publish(clinic)
    assert clinic.listing_state == ListingState.PUBLISHED
    assert clinic.published_at


@pytest.mark.parametrize("kind", [CheckKind.COMPANY, CheckKind.LICENCE, CheckKind.PEOPLE])
def test_an_expired_required_check_keeps_it_back(make_clinic, kind):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW, expired=(kind,))
    with pytest.raises(Refused, match="in date"):
        actions.publish(clinic)


def test_a_check_that_ended_yesterday_does_not_count(make_clinic):
    from datetime import timedelta

    from marketplace.foundation import clock

    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    clinic.checks[0].expires_on = clock.today() - timedelta(days=1)
    with pytest.raises(Refused):
        actions.publish(clinic)


def test_the_other_checks_are_not_needed(make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW, expired=(CheckKind.INSURANCE, CheckKind.PRICES))
    actions.publish(clinic)
    assert clinic.listing_state == ListingState.PUBLISHED


@pytest.mark.parametrize("state", [s for s in ListingState if s != ListingState.IN_REVIEW])
def test_from_review_only(make_clinic, state):
    with pytest.raises(WrongState):
        actions.publish(make_clinic(listing_state=state))


def test_sending_back_needs_a_reason_of_the_list_and_words(make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    for reason, statement in (("mood", "words"), ("wording", "  ")):
        with pytest.raises(Refused):
            actions.send_back(clinic, reasons=[reason], statement=statement)
    actions.send_back(clinic, reasons=["wording"], statement="Leave out the promise in the second line.")
    assert clinic.listing_state == ListingState.SENT_BACK
