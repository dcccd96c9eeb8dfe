"""Between asking and confirming a check may end: who is not checked any more gets no request."""

from datetime import timedelta

import pytest

from marketplace.clinics.models import Clinic
from marketplace.clinics.states import CheckKind, CheckState
from marketplace.foundation import clock
from marketplace.leads.submission import confirm, submit
from tests.factories import Make


def end(clinic: Clinic, kind: CheckKind, how: str) -> None:
    check = next(check for check in clinic.checks if check.kind == kind)
    if how == "revoked":
        check.state, check.revoked_at = CheckState.REVOKED, clock.now()
    else:
        check.expires_on = clock.today() - timedelta(days=1)


@pytest.mark.parametrize("how", ["revoked", "over"])
@pytest.mark.parametrize("kind", [CheckKind.COMPANY, CheckKind.LICENCE, CheckKind.PEOPLE])
def test_no_lead_goes_there(make_clinic: Make, make_draft: Make, kind: CheckKind, how: str) -> None:
    clinic = make_clinic()
    request = make_draft(clinic)
    submit(request, share_health=True, aftercare=False)
    end(clinic, kind, how)
    confirmed = confirm(request)
    assert (confirmed.leads, confirmed.full) == ([], [clinic])


def test_what_is_not_required_may_end(make_clinic: Make, make_draft: Make) -> None:
    clinic = make_clinic()
    request = make_draft(clinic)
    submit(request, share_health=True, aftercare=False)
    end(clinic, CheckKind.PRICES, "over")
    assert [lead.clinic for lead in confirm(request).leads] == [clinic]
