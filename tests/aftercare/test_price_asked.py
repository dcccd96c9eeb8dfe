"""Whether the price was kept is asked once, after the first session, of whoever wanted to be asked."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.aftercare import asking, plans, price_kept
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from tests.factories import Make
from tests.outbox import emails

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def asked(now: datetime) -> int:
    """Returns how many were asked at that moment."""
    with clock.set_to(now):
        return asking.ask_price_due(now)


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    """Whoever wanted to be asked, with the first session tomorrow."""
    with clock.set_to(NOW):
        settled: Lead = make_settled()
        asking.begin_due(NOW)
        plans.set_first_session(settled.request, (NOW + DAY).date())
        return settled


@pytest.mark.usefixtures("lead")
def test_it_is_asked_from_the_day_after_and_once() -> None:
    assert [asked(NOW + days * DAY) for days in (0, 1, 2, 3)] == [0, 0, 1, 0]
    assert len(emails("price_kept")) == 1


def test_who_has_said_it_is_not_asked(lead: Lead) -> None:
    with clock.set_to(NOW + DAY):
        price_kept.say(lead.request, "yes")
    assert asked(NOW + 2 * DAY) == 0


def test_who_stopped_the_questions_is_not_asked(lead: Lead) -> None:
    plans.stop(lead.request)
    assert asked(NOW + 2 * DAY) == 0


def test_who_wanted_no_questions_is_not_asked(make_settled: Make) -> None:
    with clock.set_to(NOW):
        made = make_settled(aftercare=False, earliest_date=(NOW + DAY).date())
        asking.begin_due(NOW)
    assert (asked(NOW + 2 * DAY), plans.plan_of(made.request)) == (0, None)
