"""Suspending and reinstating: reasoned, recorded, and one operator at a time."""

import pytest

from marketplace.clinics import actions, operator_queries
from marketplace.clinics.states import CheckKind, ListingState
from marketplace.foundation.audit.log import current_actor
from marketplace.foundation.problems import Refused, WrongState


@pytest.mark.parametrize(("reason", "statement"), [("", "words"), ("mood", "words"), ("patient_report", " ")])
def test_a_reason_and_a_statement_are_needed(make_clinic, reason, statement):
    clinic = make_clinic()
    with pytest.raises(Refused):
        actions.suspend_listing(clinic, reasons=[reason], statement=statement)
    assert clinic.listing_state == ListingState.PUBLISHED


def test_the_statement_stays_with_the_clinic(make_clinic):
    clinic = make_clinic()
    actions.suspend_listing(clinic, reasons=["patient_report"], statement="Two patients report another price.")
    assert clinic.listing_state == ListingState.SUSPENDED
    decision = clinic.standing_decision
    assert (decision.kind, decision.reasons, decision.decided_by) == ("suspended", ["patient_report"], current_actor())
    assert [entry.name for entry in operator_queries.history(clinic)] == ["ListingSuspended"]


def test_every_reason_stays_with_the_clinic_and_in_the_audit_log(make_clinic):
    clinic, reasons = make_clinic(), ["check_revoked", "person_not_found"]
    actions.suspend_listing(clinic, reasons=reasons, statement="Words.")
    assert clinic.standing_decision.reasons == reasons
    assert [entry.reason for entry in operator_queries.history(clinic)] == ["check_revoked,person_not_found"]


def test_one_reason_that_is_not_of_the_list_refuses_all(make_clinic):
    with pytest.raises(Refused):
        actions.suspend_listing(make_clinic(), reasons=["patient_report", "mood"], statement="Words.")


def test_the_second_operator_is_told(make_clinic):
    clinic = make_clinic()
    actions.suspend_listing(clinic, reasons=["patient_report"], statement="Words.")
    with pytest.raises(WrongState):
        actions.suspend_listing(clinic, reasons=["false_statement"], statement="Other words.")


def test_a_refused_second_suspension_changes_no_word(make_clinic):
    from marketplace.extensions import db

    clinic = make_clinic()
    actions.suspend_listing(clinic, reasons=["patient_report"], statement="Words.")
    db.session.commit()
    with pytest.raises(WrongState):
        actions.suspend_listing(clinic, reasons=["false_statement"], statement="Other words.")
    db.session.rollback()
    assert [decision.statement for decision in clinic.decisions] == ["Words."]


def test_reinstating_holds_it_to_its_checks(make_clinic):
    clinic = make_clinic(listing_state=ListingState.SUSPENDED, expired=(CheckKind.LICENCE,))
    with pytest.raises(Refused):
        actions.reinstate_listing(clinic)


def test_reinstated_it_is_live_and_without_a_statement(make_clinic):
    clinic = make_clinic(listing_state=ListingState.SUSPENDED)
    actions.reinstate_listing(clinic)
    assert clinic.listing_state == ListingState.PUBLISHED
    assert clinic.standing_decision is None


@pytest.mark.parametrize("state", [ListingState.PUBLISHED, ListingState.PAUSED, ListingState.IN_REVIEW])
def test_only_what_is_suspended_is_reinstated(make_clinic, state):
    with pytest.raises(WrongState):
        actions.reinstate_listing(make_clinic(listing_state=state))


def test_pausing_and_resuming(make_clinic):
    clinic = make_clinic()
    actions.pause(clinic)
    assert clinic.listing_state == ListingState.PAUSED
    actions.resume(clinic)
    assert clinic.listing_state == ListingState.PUBLISHED
