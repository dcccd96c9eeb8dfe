"""A clinic's requests, the least time left first."""

from flask import g, render_template, request, url_for

from marketplace.leads.clinic_desk import health_shared
from marketplace.leads.queries import TABS, inbox, tab_counts
from marketplace.quote_requests.photos import numbers_of
from marketplace.web.dashboard import wording
from marketplace.web.dashboard.door import door
from marketplace.web.inputs import number


@door.get("/leads")
def leads() -> str:
    """One tab of the inbox; an unknown tab is the first one."""
    state = request.args.get("state", "new")
    state = state if state in TABS else "new"
    counts = tab_counts(g.clinic.id)
    found = inbox(g.clinic.id, tab=state, total=counts[state], page=number("page", default=1, low=1, high=10**5))
    return render_template(
        "dashboard/leads.html",
        found=found,
        counts=counts,
        state=state,
        health=health_shared(found.rows),
        photos=numbers_of([lead.request_id for lead in found.rows]),
        wording=wording,
        page_url=lambda n: url_for("dashboard.leads", state=state, page=n),
    )
