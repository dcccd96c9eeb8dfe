"""Pause, close, delete, take along: always one step away, never a reason asked."""

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.leads import ending
from marketplace.leads.messages import messages
from marketplace.leads.queries import leads_of
from marketplace.quote_requests import queries, retention
from marketplace.quotes.queries import sent_quotes
from marketplace.quotes.terms import STORED, terms_of
from marketplace.web.forms import Form
from marketplace.web.patient.door import door
from marketplace.web.patient.holding import held
from marketplace.web.writing import writes

ASKED = (
    "concern",
    "budget_amount",
    "budget_currency",
    "budget_scope",
    "share_budget",
    "aftercare",
    "home_country",
    "destinations",
    "timing",
    "month_from",
    "month_to",
    "trips",
    "languages",
    "share_health",
)


def _back(ref: str) -> ResponseReturnValue:
    return redirect(url_for("patient.show_request", ref=ref), 303)


@door.post("/my/requests/<ref>/pause")
@writes
def pause_request(ref: str) -> ResponseReturnValue:
    """Pauses an open request and opens a paused one."""
    quote_request = held()
    if quote_request.state == "paused":
        ending.reopen(quote_request)
        flash(_("Your request is open again"), "success")
    else:
        ending.pause(quote_request)
        flash(_("Paused. Clinics are not expected to answer until you open it again"), "success")
    return _back(ref)


@door.route("/my/requests/<ref>/close", methods=["GET", "POST"])
@writes
def close_request(ref: str) -> ResponseReturnValue:
    """Says what follows, then does it."""
    quote_request = held()
    if request.method == "POST":
        ending.close(quote_request)
        flash(_("Closed. Clinics can no longer answer"), "success")
        return _back(ref)
    return render_template("patient/request/close.html", quote_request=quote_request, form=Form())


@door.route("/my/requests/<ref>/delete", methods=["GET", "POST"])
@writes
def delete_request(ref: str) -> ResponseReturnValue:
    """Consent is taken back: ours is erased within a minute, clinics are told to delete theirs."""
    quote_request = held()
    if request.method == "POST":
        ending.withdraw(quote_request)
        return _back(ref)
    clinics = [lead.clinic for lead in leads_of(quote_request)]
    return render_template("patient/request/delete.html", quote_request=quote_request, clinics=clinics, form=Form())


@door.route("/my/requests/<ref>/keep", methods=["GET", "POST"])
@writes
def keep_request(ref: str) -> ResponseReturnValue:
    """Says when an ended request will be erased; one button keeps it, one leads to deleting it now."""
    quote_request = held(ref)
    erased_on = retention.erased_on(quote_request)
    if request.method == "POST":
        retention.keep(quote_request)
        flash(_("Kept for another 180 days"), "success")
        return _back(ref)
    page = "patient/request/keep.html"
    return render_template(page, quote_request=quote_request, erased_on=erased_on, form=Form())


@door.get("/my/requests/<ref>/export")
def export_request(ref: str) -> ResponseReturnValue:
    """Everything that is stored of it, to read and to process."""
    quote_request = held()
    content = _content(quote_request)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("request.json", json.dumps(content, ensure_ascii=False, indent=2, default=_plain))
        folder.writestr("request.html", render_template("patient/request/export.html", content=content))
    archive.seek(0)
    return send_file(archive, mimetype="application/zip", as_attachment=True, download_name=f"{ref}.zip")


def _content(quote_request: Any) -> dict[str, object]:
    sealed = queries.answers(quote_request)
    return {
        "reference": quote_request.ref,
        "state": quote_request.state,
        "procedure": quote_request.procedure.name if quote_request.procedure else None,
        **{name: getattr(quote_request, name) for name in ASKED},
        **vars(sealed),
        "consents": [
            {"clinic": c.clinic.name, "text": c.text, "version": c.version, "given_at": c.given_at}
            for c in queries.consents(quote_request)
        ],
        "clinics": [
            {
                "clinic": lead.clinic.name,
                "state": lead.state,
                "messages": [vars(said) for said in messages(lead)],
            }
            for lead in leads_of(quote_request)
        ],
        "quotes": [_quote(quote) for quote in sent_quotes(quote_request)],
        "looks": [{"what": look.what, "at": look.at} for look in queries.looks(quote_request)],
    }


def _quote(quote: Any) -> dict[str, object]:
    terms = terms_of(quote)
    stated = {name: getattr(terms, name) for name in STORED if name != "procedure_id"}
    return {
        "number": quote.number,
        "clinic": quote.lead.clinic.name,
        "state": quote.state,
        **stated,
        "message": terms.message,
        "answers": list(terms.answers),
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
