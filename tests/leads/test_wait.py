"""A request that found no clinic is kept, and told when one fits."""

from datetime import timedelta

from marketplace.foundation import clock
from marketplace.leads.proposal import offer_clinics_due
from marketplace.leads.submission import confirm, submit
from tests.factories import Make


def test_told_when_a_clinic_fits_and_not_again_at_once(make_draft: Make, make_clinic: Make) -> None:
    request = make_draft(destinations=["TR"])
    submit(request, share_health=True, aftercare=False)
    confirm(request)
    later = clock.now() + timedelta(hours=2)
    assert offer_clinics_due(later) == 0
    make_clinic()
    assert [offer_clinics_due(clock.now()), offer_clinics_due(later), offer_clinics_due(later)] == [0, 1, 0]


def test_a_request_that_has_a_clinic_does_not_wait(make_request: Make, make_clinic: Make) -> None:
    make_request()
    make_clinic("Clinic Nar")
    assert offer_clinics_due(clock.now() + timedelta(days=2)) == 0
