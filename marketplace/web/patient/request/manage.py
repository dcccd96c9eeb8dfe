"""Pausing, closing, keeping, deleting and exporting a request, and forgetting it in a shared browser.

What a request's state does not allow has a page of its own, which shows what was typed.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts import sessions
from marketplace.aftercare.export import exported_aftercare
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security.idempotency import FormChanged
from marketplace.foundation.values.durations import days
from marketplace.leads import request_actions
from marketplace.leads.deletion_duties import CHASED_AFTER, duties_by_clinic
from marketplace.leads.queries import leads_of
from marketplace.leads.states import DutyState
from marketplace.quote_requests import retention
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.photos import picture
from marketplace.quote_requests.request_links import confirmations_until, link_to_confirmations, open_confirmations
from marketplace.quote_requests.states import AT_CLINICS, REQUEST_REFUSALS, TAKES_QUOTES, RequestState
from marketplace.quotes.request_export import export, photo_files
from marketplace.web.forms.base import Form
from marketplace.web.http import errors
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import current_request, trusted_browser_only
from marketplace.words.request import LEAD_REFUSED, QUOTE_REFUSED, REFUSALS, REFUSING_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from marketplace.leads.models import DeletionDuty
    from marketplace.quote_requests.models import QuoteRequest


def _back(quote_request: QuoteRequest) -> ResponseReturnValue:
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


@blueprint.post("/my/requests/<ref>/pause")
@writes
def pause_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Pauses an open request, and reopens a paused one. Raises WrongState."""
    # Pressing the button twice must not undo the first press.
    if request.form.get("to") == quote_request.state:
        return _back(quote_request)
    if quote_request.state == "paused":
        request_actions.reopen(quote_request)
        flash(_("Your request is open again"), "success")
    else:
        request_actions.pause(quote_request)
        flash(_("Paused. Clinics are not expected to answer until you open it again"), "success")
    return _back(quote_request)


@blueprint.route("/my/requests/<ref>/close", methods=["GET", "POST"])
@writes
def close_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows what closing the request causes; a POST closes it. Raises WrongState."""
    if request.method == "POST":
        request_actions.close(quote_request)
        flash(_("Closed. Clinics can no longer answer"), "success")
        return _back(quote_request)
    if not REQUEST.may(quote_request, RequestState.CLOSED):
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    return render_template("patient/request/close.html", quote_request=quote_request, form=Form())


@blueprint.route("/my/requests/<ref>/keep", methods=["GET", "POST"])
@writes
def keep_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows when the ended request will be erased; a POST keeps it for longer. Raises WrongState."""
    if quote_request.state in AT_CLINICS:
        page = render_template("patient/request/not_ended.html", quote_request=quote_request)
        return page, 409 if request.method == "POST" else 200
    erased_on = retention.erased_on(quote_request)
    if request.method == "POST":
        retention.keep(quote_request)
        flash(_("Kept for another %(time)s", time=days(retention.REQUEST_AFTER_END)), "success")
        return _back(quote_request)
    page = "patient/request/keep.html"
    return render_template(page, quote_request=quote_request, erased_on=erased_on, form=Form())


@blueprint.post("/my/leave")
@writes
def leave_browser() -> ResponseReturnValue:
    """Forgets everything sent or opened in this browser; each request then needs a new link."""
    sessions.current().end()
    flash(_("Done. Your request opens in this browser again by a link we mail you"), "success")
    return redirect(url_for("patient.ask_for_link"), 303)


@blueprint.get("/my/requests/<ref>/export")
@trusted_browser_only
@writes
def export_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Returns the request as an export to the browser that opened it; HEAD exports nothing."""
    if request.method == "HEAD":
        return ""
    content = export(quote_request, exported_aftercare(quote_request))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("request.json", json.dumps(content, ensure_ascii=False, indent=2))
        for file, photo in photo_files(quote_request):
            folder.writestr(file, picture(photo))
        folder.writestr("request.html", render_template("patient/request/export.html", content=content))
    archive.seek(0)
    return send_file(archive, mimetype="application/zip", as_attachment=True, download_name=f"{quote_request.ref}.zip")


@blueprint.route("/my/requests/<ref>/delete", methods=["GET", "POST"])
@writes
def delete_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows what follows; a POST deletes the request, erased within a minute, and asks its clinics to delete theirs.

    Raises WrongState.
    """
    if request.method == "POST":
        request_actions.delete_request(quote_request)
        token = link_to_confirmations(quote_request)
        return redirect(url_for("patient.show_confirmations", token=token), 303)
    clinics = [lead.clinic for lead in leads_of(quote_request)]
    return render_template("patient/request/delete.html", quote_request=quote_request, clinics=clinics, form=Form())


@dataclass(frozen=True)
class Confirmation:
    """One clinic's deletion: when it was asked, when it was reminded, and when it had confirmed everything."""

    clinic: str
    asked_at: datetime | None
    chased_at: datetime | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, duties: Sequence[DeletionDuty]) -> Confirmation:
        """Returns one line for all that a clinic was asked to delete."""
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
    """Shows clinics and dates of deletion, without personal data, as the request is gone. Raises LinkGone."""
    quote_request, _link = open_confirmations(token)
    return deleted_page(quote_request)


def deleted_page(quote_request: QuoteRequest) -> str:
    """Renders the same page for the browser that holds the request, shortly before it is erased."""
    return render_template(
        "patient/request/deleted.html",
        quote_request=quote_request,
        confirmations=[Confirmation.of(duties) for duties in duties_by_clinic(quote_request).values()],
        until=confirmations_until(quote_request),
        chased_after=[after.days for after in CHASED_AFTER],
    )


@blueprint.errorhandler(WrongState)
def show_not_possible(problem: WrongState) -> ResponseReturnValue:
    """Shows why a request's page was refused; other pages get the site's common page for it."""
    if (
        "quote_request" not in g
        or isinstance(problem, FormChanged)
        or current_request().state not in REFUSING_STATES.patient
    ):
        return errors.show_problem(problem)
    errors.rollback()
    heading, text = _said_of(problem.reason, RequestState(current_request().state))
    page = "patient/request/not_possible.html"
    html = render_template(page, quote_request=current_request(), problem=problem, heading=heading, text=text)
    return html, problem.status


def _said_of(reason: str, state: RequestState) -> tuple[object, object]:
    if reason in REFUSALS.patient:
        return REFUSALS.patient[reason]
    if state in TAKES_QUOTES and reason.startswith("quote_"):
        return QUOTE_REFUSED
    if state in TAKES_QUOTES and reason.startswith("lead_"):
        return LEAD_REFUSED
    return REFUSING_STATES.patient[state]
