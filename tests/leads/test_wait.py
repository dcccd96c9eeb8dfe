"""A request that found no clinic is kept, and told when one fits."""

from datetime import timedelta

from marketplace.foundation import clock
from marketplace.leads.sending import confirm, submit
from marketplace.leads.waiting import offer_due
from tests.factories import Make


def test_told_when_a_clinic_fits_and_not_again_at_once(make_draft: Make, make_clinic: Make) -> None:
    request = make_draft(destinations=["TR"])
    submit(request, share_health=True, aftercare=False)
    confirm(request)
    later = clock.now() + timedelta(hours=2)
    assert offer_due(later) == 0
    make_clinic()
    assert [offer_due(clock.now()), offer_due(later), offer_due(later)] == [0, 1, 0]


def test_a_request_that_has_a_clinic_does_not_wait(make_request: Make, make_clinic: Make) -> None:
    make_request()
    make_clinic("Clinic Nar")
    assert offer_due(clock.now() + timedelta(days=2)) == 0
