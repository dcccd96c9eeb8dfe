"""What is put before an operator: once while it waits, decided once, emptied with its request."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.leads.request_actions import close
from marketplace.retention.erasure import erase
from marketplace.reviews import queries
from marketplace.reviews.actions import close_items_of, decide, open_item
from marketplace.reviews.models import Outcome, ReviewItem, ReviewKind, ReviewState

PRICE = ReviewKind.PRICE_OUTSIDE_RANGE


def count():
    return db.session.scalar(select(func.count()).select_from(ReviewItem))


def told(name):
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.name == name)
    return db.session.scalar(query)


def test_the_same_is_put_before_an_operator_once(app, make_clinic):
    clinic, subject = make_clinic(), uuid4()
    for _ in range(2):
        open_item(PRICE, subject_id=subject, clinic_id=clinic.id, detail={"price": 200000})
    assert (count(), told("ReviewItemOpened")) == (1, 1)
    open_item(ReviewKind.DOUBTFUL_WORDS, subject_id=subject, clinic_id=clinic.id)
    assert count() == 2


def test_an_item_is_opened_also_by_a_plan_that_knows_no_values(app, make_clinic):
    clinic = make_clinic()
    db.session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))  # as after some tens of calls
    open_item(PRICE, subject_id=uuid4(), clinic_id=clinic.id)
    assert count() == 1


def test_what_was_decided_may_come_again(make_review_item, make_operator):
    item = make_review_item()
    decide(item, outcome=Outcome.FINE, by=make_operator().id, note="asked the clinic")
    assert (item.state, item.outcome, item.note) == (ReviewState.DECIDED, Outcome.FINE, "asked the clinic")
    again = make_review_item(subject_id=item.subject_id)
    assert again.id != item.id
    assert again.state == ReviewState.OPENED


def test_an_item_is_decided_once(make_review_item, make_operator):
    item, by = make_review_item(), make_operator().id
    decide(item, outcome=Outcome.FINE, by=by)
    with pytest.raises(WrongState):
        decide(item, outcome=Outcome.DEALT_WITH, by=by)


def test_a_clinic_puts_an_item_there_and_cannot_read_it(make_lead):
    lead = make_lead()
    use_role(DatabaseRole.CLINIC, clinic_id=lead.clinic_id)
    open_item(PRICE, subject_id=lead.id, clinic_id=lead.clinic_id, request_id=lead.request_id)
    use_role(DatabaseRole.WORKER)
    assert count() == 1


def test_what_became_needless_ends_by_itself(make_review_item):
    item = make_review_item(kind=ReviewKind.DELETION_NOT_CONFIRMED)
    close_items_of(item.subject_id, kind=ReviewKind.PRICE_OUTSIDE_RANGE)
    assert queries.undecided().count == 1
    close_items_of(item.subject_id, kind=ReviewKind.DELETION_NOT_CONFIRMED)
    assert queries.undecided().count == 0


def test_an_erased_request_leaves_no_numbers(make_request, make_review_item):
    request = make_request()
    item = make_review_item(request_id=request.id, detail={"price": 200000})
    close(request)
    erase(request)
    db.session.refresh(item)
    assert (item.detail, item.note) == ({}, None)


def test_an_unknown_item_is_not_found(app):
    with pytest.raises(NotFound):
        queries.by_id(uuid4())
