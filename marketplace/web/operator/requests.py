"""Following a request: where it went and why, without who it is or how they are."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.leads import desk, queries, reasons
from marketplace.mail import desk as outbox
from marketplace.quote_requests import desk as request_desk
from marketplace.web.operator import wording
from marketplace.web.operator.clinics import page_number, page_url
from marketplace.web.operator.door import door


@door.get("/requests")
def list_requests() -> ResponseReturnValue:
    """All that were sent, newest first."""
    state = request.args.get("state", "").strip()
    without_clinic = request.args.get("without_clinic") == "yes"
    return render_template(
        "operator/requests/list.html",
        words=wording,
        found=desk.requests(state=state, without_clinic=without_clinic, page=page_number()),
        chosen={"state": state, "without_clinic": without_clinic},
        page_url=page_url,
    )


@door.get("/requests/<ref>")
def show_request(ref: str) -> ResponseReturnValue:
    """Leads, decisions, emails and the whole story of one."""
    asked = desk.request_by_ref(ref)
    history = request_desk.history(asked)
    leads = queries.leads_of(asked)
    return render_template(
        "operator/requests/show.html",
        words=wording,
        in_words=reasons.in_words,
        asked=asked,
        leads=leads,
        clinic_names={lead.clinic_id: lead.clinic.name for lead in leads},
        decisions=queries.decisions(asked),
        counts=queries.counts(asked),
        emails=outbox.emails_of(asked),
        history=history,
        actors=wording.actors(entry.actor for entry in history),
    )
