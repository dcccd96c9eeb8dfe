"""One quote wins, its rivals lose; within 48 hours all can be as it was before."""

from datetime import timedelta

import pytest

from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads.queries import leads_of
from marketplace.quotes import choosing


@pytest.fixture
def three(make_clinic, make_request, make_quote):
    """Two sent quotes and a clinic that has not answered."""
    request = make_request(make_clinic("A"), make_clinic("B"), make_clinic("C"))
    leads = leads_of(request)
    return make_quote(leads[0]), make_quote(leads[1]), leads[2]


def states(three):
    one, two, silent = three
    return one.state, two.state, one.lead.state, two.lead.state, silent.state, silent.request.state


def test_one_wins_and_the_others_lose(three):
    choosing.choose(three[0])
    assert states(three) == ("chosen", "not_chosen", "won", "lost", "lost", "chosen")


def test_a_second_choice_is_refused(three):
    choosing.choose(three[0])
    for quote in three[:2]:
        with pytest.raises(WrongState):
            choosing.choose(quote)


def test_undo_restores_everything(three):
    before = states(three)
    choosing.choose(three[0])
    choosing.undo_choice(three[0].lead.request)
    assert states(three) == before
    choosing.choose(three[1])
    assert three[1].state == "chosen"


def test_undo_leaves_what_was_declined_before(three):
    choosing.decline(three[1])
    choosing.choose(three[0])
    choosing.undo_choice(three[0].lead.request)
    assert states(three) == ("sent", "not_chosen", "quoted", "lost", "new", "open")


def test_after_48_hours_the_choice_stands(three):
    choosing.choose(three[0])
    request = three[0].lead.request
    later = clock.now() + timedelta(hours=48, minutes=1)
    with clock.set_to(later), pytest.raises(WrongState):
        choosing.undo_choice(request)
    assert choosing.settle_due(later) == 1
    assert request.state == "settled"


def test_nothing_is_settled_early(three):
    choosing.choose(three[0])
    assert choosing.settle_due(clock.now() + timedelta(hours=47)) == 0


def test_an_expired_quote_cannot_be_chosen(three):
    from marketplace.quotes.ending import expire_due

    expire_due(clock.now() + timedelta(days=40))
    with pytest.raises(WrongState):
        choosing.choose(three[0])
