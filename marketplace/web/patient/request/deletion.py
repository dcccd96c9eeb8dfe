"""Deleting a request, and which clinics have confirmed since that their copy is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.leads import request_actions
from marketplace.leads.deletion_duties import CHASED_AFTER, duties_by_clinic
from marketplace.leads.queries import leads_of
from marketplace.leads.states import DutyState
from marketplace.quote_requests.request_links import confirmations_until, link_to_confirmations, open_confirmations
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from marketplace.leads.models import DeletionDuty
    from marketplace.quote_requests.models import QuoteRequest


@blueprint.route("/my/requests/<ref>/delete", methods=["GET", "POST"])
@writes
def delete_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Deletes the request: ours is erased within a minute, clinics are told to delete their copies."""
    if request.method == "POST":
        request_actions.delete_request(quote_request)
        token = link_to_confirmations(quote_request)
        return redirect(url_for("patient.show_confirmations", token=token), 303)
    clinics = [lead.clinic for lead in leads_of(quote_request)]
    return render_template("patient/request/delete.html", quote_request=quote_request, clinics=clinics, form=Form())


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
