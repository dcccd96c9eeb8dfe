"""After a deletion: which clinics have confirmed that their copy is gone, by a signed link and for its time only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.leads.deletion import CHASED_AFTER, duties_by_clinic
from marketplace.leads.states import DutyState
from marketplace.quote_requests.links import confirmations_until, open_confirmations
from marketplace.web.patient.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from marketplace.leads.models import DeletionDuty
    from marketplace.quote_requests.models import QuoteRequest


@dataclass(frozen=True)
class Confirmation:
    """One clinic: when it was asked, last asked again, and, once nothing is open, when it confirmed."""

    clinic: str
    asked_at: datetime | None
    chased_at: datetime | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, duties: Sequence[DeletionDuty]) -> Confirmation:
        """All that one clinic was to delete, in one line."""
        is_open = any(duty.state == DutyState.ASKED for duty in duties)
        moments = [duty.confirmed_at for duty in duties if duty.confirmed_at]
        chased = [duty.chased_at for duty in duties if duty.chased_at]
        return cls(
            clinic=duties[0].clinic.name,
            asked_at=duties[-1].asked_at,
            chased_at=max(chased, default=None),
            confirmed_at=None if is_open else max(moments, default=None),
        )


@blueprint.get("/d/<token>")
def show_confirmations(token: str) -> ResponseReturnValue:
    """Names of clinics and dates, nothing of the person: the request itself is gone."""
    quote_request, _link = open_confirmations(token)
    return deleted_page(quote_request)


def deleted_page(quote_request: QuoteRequest) -> str:
    """The same for the browser that holds the request, in the moments before it is erased."""
    return render_template(
        "patient/request/deleted.html",
        quote_request=quote_request,
        confirmations=[Confirmation.of(duties) for duties in duties_by_clinic(quote_request).values()],
        until=confirmations_until(quote_request),
        chased_after=[after.days for after in CHASED_AFTER],
    )
