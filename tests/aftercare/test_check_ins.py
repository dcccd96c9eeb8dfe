"""Check-ins: begun after a choice, asked in time, answered, missed, stopped, and gone with the request."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.aftercare import asking, check_ins, plans
from marketplace.aftercare.models import AftercarePlan, CheckIn
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.models import Lead
from marketplace.quote_requests import retention
from marketplace.quotes import choosing
from marketplace.retention.erasure import erase
from tests.factories import Make
from tests.outbox import emails

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def run(now: datetime) -> None:
    """What the worker runs at that moment."""
    with clock.set_to(now):
        for timer in (asking.begin_due, asking.ask_again_due, asking.end_due, asking.ask_due):
            timer(now)
        asking.miss_due(now)
        asking.end_due(now)


def states(lead: Lead) -> dict[int, str]:
    return {each.week: str(each.state) for each in check_ins.check_ins_of(lead.request)}


def plan_state(lead: Lead) -> str | None:
    plan = db.session.get(AftercarePlan, lead.request_id)
    return plan.state if plan else None


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    with clock.set_to(NOW):
        settled: Lead = make_settled()
        run(NOW)
        return settled


def test_whoever_wanted_it_is_asked_for_the_day(lead: Lead) -> None:
    assert plan_state(lead) == "undated"
    run(NOW)
    assert len(emails("first_session")) == 1


def test_whoever_did_not_want_it_is_asked_nothing(make_settled: Make) -> None:
    lead = make_settled(aftercare=False)
    run(clock.now())
    assert (plan_state(lead), emails("first_session")) == (None, [])


def test_the_day_is_taken_from_the_quote(make_settled: Make) -> None:
    with clock.set_to(NOW):
        lead = make_settled(earliest_date=date(2026, 12, 1))
        run(NOW)
    assert states(lead) == {2: "planned", 6: "planned", 12: "planned"}
    first = check_ins.check_in_of(lead.request, 2)
    assert first.due_at == datetime(2026, 12, 15, 10, tzinfo=UTC)  # ten o'clock in London


def test_the_day_is_asked_for_once_more_and_then_no_longer(lead: Lead) -> None:
    run(NOW + timedelta(days=15))
    run(NOW + timedelta(days=16))
    assert len(emails("first_session")) == 2
    run(NOW + timedelta(days=91))
    assert (plan_state(lead), len(emails("first_session"))) == ("over", 2)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (13, {2: "planned", 6: "planned", 12: "planned"}),
        (15, {2: "asked", 6: "planned", 12: "planned"}),
        (30, {2: "missed", 6: "planned", 12: "planned"}),
        (43, {2: "missed", 6: "asked", 12: "planned"}),
        (85, {2: "missed", 6: "missed", 12: "asked"}),
        (99, {2: "missed", 6: "missed", 12: "missed"}),
    ],
)
def test_each_is_asked_in_its_week_and_missed_after_two(lead: Lead, days: int, expected: dict[int, str]) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
    for day in range(days + 1):
        run(NOW + timedelta(days=day))
    assert states(lead) == expected
    assert len(emails("check_in")) == sum(state != "planned" for state in expected.values())
    assert plan_state(lead) == ("over" if days == 99 else "running")


def test_an_answer_is_sealed_and_can_be_changed_also_late(lead: Lead) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
    run(NOW + timedelta(days=15))
    run(NOW + timedelta(days=30))
    check_in = check_ins.check_in_of(lead.request, 2)
    for code in ("lump", "fine"):
        check_ins.answer(check_in, code)
        assert check_ins.answer_of(check_in) == code
    assert check_in.state == "answered"
    assert b"fine" not in (check_in.answer_sealed or b"")


def test_what_was_not_asked_cannot_be_answered(lead: Lead) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
        with pytest.raises(WrongState):
            check_ins.answer(check_ins.check_in_of(lead.request, 2), "fine")


def test_another_day_asks_anew_what_is_due_later(lead: Lead) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
    run(NOW + timedelta(days=15))
    with clock.set_to(NOW + timedelta(days=15)):
        plans.set_first_session(lead.request, date(2027, 1, 4))
    assert states(lead) == {2: "planned", 6: "planned", 12: "planned"}


def test_a_day_long_ago_asks_only_what_is_still_to_come(lead: Lead) -> None:
    with clock.set_to(NOW + timedelta(weeks=5)):
        plans.set_first_session(lead.request, NOW.date())
    assert states(lead) == {6: "planned", 12: "planned"}


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 11, 3)])
def test_a_day_before_the_choice_or_far_ahead_is_refused(lead: Lead, day: date) -> None:
    with clock.set_to(NOW), pytest.raises(Refused, match="day_out_of_range"):
        plans.set_first_session(lead.request, day)


def test_it_can_be_stopped_and_begun_again(lead: Lead) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
        plans.stop(lead.request)
    run(NOW + timedelta(weeks=13))
    assert (set(states(lead).values()), emails("check_in")) == ({"cancelled"}, [])
    with clock.set_to(NOW + timedelta(days=1)):
        plans.set_first_session(lead.request, NOW.date())
    assert set(states(lead).values()) == {"planned"}


def test_an_undone_choice_ends_it_and_another_begins_it(make_quote: Make) -> None:
    quote = make_quote()
    request = quote.lead.request
    request.aftercare = True
    choosing.choose(quote)
    plans.set_first_session(request, clock.today())
    choosing.undo_choice(request)
    run(clock.now())
    assert db.session.scalars(select(CheckIn)).all() == []
    assert (request.aftercare, request.aftercare_until) == (True, None)
    choosing.choose(quote)
    plans.set_first_session(request, clock.today())
    assert len(check_ins.check_ins_of(request)) == 3


def test_what_is_kept_counts_from_the_last_of_them(lead: Lead) -> None:
    before = retention.erased_on(lead.request)
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
    last = check_ins.check_in_of(lead.request, 12).due_at
    assert retention.erased_on(lead.request) == last + retention.REQUEST_AFTER_END > before
    late = retention.HEALTH_AFTER_END + timedelta(days=1)
    for at, due in ((NOW + late, False), (last + late, True)):
        found = db.session.scalars(retention.with_health(at)).all()
        assert (lead.request_id in found) == due


def test_all_of_it_goes_with_the_request(lead: Lead) -> None:
    with clock.set_to(NOW):
        plans.set_first_session(lead.request, NOW.date())
    run(NOW + timedelta(days=15))
    check_ins.answer(check_ins.check_in_of(lead.request, 2), "lump")
    erase(lead.request)
    assert db.session.scalars(select(CheckIn)).all() == []
    assert (plan_state(lead), lead.request.aftercare_until) == (None, None)
