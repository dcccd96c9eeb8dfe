"""A request that a stopped clinic could not answer was sent to it all the same: operators read so."""

from collections.abc import Callable
from typing import Any

from marketplace.quotes import stopping
from tests.factories import Make


def test_a_frozen_request_counts_as_sent(
    client: Any, make_lead: Make, make_operator: Make, sign_in: Callable[..., Any]
) -> None:
    lead = make_lead()
    stopping.suspend(lead.clinic, reasons=["patient_report"], statement="Two patients report another price.")
    sign_in(make_operator())
    page = client.get(f"/operator/clinics/{lead.clinic_id}").page
    rows = {
        row.find("dt").text: "".join(row.find("dd").itertext()).strip()
        for row in page.all("div")
        if row.find("dt") is not None
    }
    assert rows["Requests sent"] == "1"
    assert rows["Frozen, unanswered"] == "1"
