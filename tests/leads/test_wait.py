"""A request that found no clinic is kept, looked at in its turn, and told when one fits."""

from datetime import datetime

import pytest
from sqlalchemy import text, update

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import waiting
from marketplace.leads.request_actions import close, pause, reopen
from marketplace.leads.submission import add_clinics, confirm, submit
from marketplace.leads.waiting import AGAIN_AFTER, LOOK_EVERY, NOT_BEFORE, offer_clinics_due
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import Make


def waiting_one(make_draft: Make) -> QuoteRequest:
    request = make_draft(destinations=["TR"])
    submit(request, share_health=True, aftercare=False)
    confirm(request)
    return request


def first_look() -> datetime:
    return clock.now() + NOT_BEFORE


def test_told_when_a_clinic_fits_and_not_again_at_once(make_draft: Make, make_clinic: Make) -> None:
    waiting_one(make_draft)
    assert offer_clinics_due(first_look()) == 0
    make_clinic()
    second = first_look() + LOOK_EVERY
    moments = (clock.now(), second, second, second + AGAIN_AFTER + LOOK_EVERY)
    assert [offer_clinics_due(moment) for moment in moments] == [0, 1, 0, 1]


def test_a_request_that_has_a_clinic_does_not_wait(make_draft: Make, make_clinic: Make) -> None:
    request = waiting_one(make_draft)
    add_clinics(request, [make_clinic()], share_health=False)
    make_clinic("Clinic Nar")
    assert offer_clinics_due(first_look()) == 0
    assert request.look_again_at is None


def test_a_pause_ends_no_turn_and_a_closed_request_has_none(make_draft: Make, make_clinic: Make) -> None:
    paused, closed = waiting_one(make_draft), waiting_one(make_draft)
    pause(paused)
    close(closed)
    make_clinic()
    assert offer_clinics_due(first_look()) == 0
    assert closed.look_again_at is None
    reopen(paused)
    assert offer_clinics_due(first_look() + LOOK_EVERY) == 1


def test_each_has_its_turn_however_many_wait(make_draft: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BATCH", 2)
    requests = [waiting_one(make_draft) for _ in range(5)]
    moment = first_look()
    db.session.execute(update(QuoteRequest).values(look_again_at=moment))
    for _ in range(3):
        offer_clinics_due(moment)
    db.session.flush()
    assert {request.look_again_at for request in requests} == {moment + LOOK_EVERY}


def test_whose_turn_it_is_comes_from_an_index(db_session: object) -> None:
    """Switched off is what would read or sort all requests: few rows are no reason to use an index."""
    db.session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"))
    due = "SELECT id FROM quote_request WHERE look_again_at <= now() ORDER BY look_again_at LIMIT 200"
    plan = " ".join(db.session.scalars(text(f"EXPLAIN {due} FOR UPDATE SKIP LOCKED")))
    assert "Index Scan using ix_quote_request_look_again_at" in plan
    assert "Sort" not in plan
