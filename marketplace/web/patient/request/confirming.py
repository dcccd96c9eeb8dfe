"""The link that confirms a request: the page shows all that is sent, the button sends exactly that, once."""

from functools import cached_property

from babel.lists import format_list
from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads import submission
from marketplace.leads.consent import consented_ids, standing_rows
from marketplace.leads.proposal import Wanted, wanted
from marketplace.leads.request_actions import rewrite
from marketplace.leads.submission import Confirmed, confirm
from marketplace.quote_requests import request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import Purpose
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.forms.base import IdempotentForm
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.agreement import Agreement, without_links
from marketplace.web.patient.form.flow import continue_draft, url_of
from marketplace.web.patient.request_access import grant_access, is_trusted_browser


class ConfirmForm(AgreeingForm, IdempotentForm):
    """The button that confirms; it asks for nothing else."""


class Confirmation(Agreement):
    """What was agreed to when the form was sent, and which of those clinics can still get the request."""

    @classmethod
    def of(cls, quote_request: QuoteRequest, found: Wanted) -> "Confirmation":
        """Returns the confirmation as of this moment; `found` are the clinics with consent to the request."""
        return cls("confirm", quote_request, found)

    @cached_property
    def sentences(self) -> list[str]:
        """Returns the consent sentences as they were stored."""
        known = self.wanted.consent_texts
        return sorted({row.text for row in standing_rows(self.quote_request)} if known is None else known)


@blueprint.get("/q/<token>/confirm")
def show_confirmation(token: str) -> ResponseReturnValue:
    """Shows what would be sent to whom; following the link sends nothing. Raises LinkGone."""
    quote_request, link = request_links.peek_confirm(token)
    found = wanted(quote_request, consented_ids(quote_request.id, Purpose.REQUEST))
    return _page(token, Confirmation.of(quote_request, found), link, ConfirmForm())


def _page(token: str, confirmation: Confirmation, link: SignedLink, form: ConfirmForm) -> ResponseReturnValue:
    form.show(confirmation.shown)
    own = is_trusted_browser(confirmation.quote_request.ref, mailed_at=link.created_at)
    html = render_template(
        "patient/request/confirm.html",
        agreement=confirmation,
        rows=without_links(confirmation.marked(form.changes), own=own),
        form=form,
        token=token,
        own=own,
        has_errors=bool(form.changes),
    )
    return html, STALE if form.changes else 200


@blueprint.post("/q/<token>/confirm")
@writes
@idempotent(ConfirmForm, must_have_key=False)
def send_request(token: str, link: SignedLink) -> ResponseReturnValue:
    """Sends the request to its clinics, once; repeating it redirects to the request. Raises LinkGone or WrongState."""
    gathering.begin()
    quote_request, found = submission.lock_to_confirm(link)
    confirmation, form = Confirmation.of(quote_request, found), ConfirmForm()
    if not form.agrees_to(confirmation.shown):
        return _page(token, confirmation, link, form)
    left_out = [clinic for clinic, _reason in confirmation.recipients.left_out]
    _say_what_came_of_it(confirm(quote_request, clinics=found.clinics, without=left_out))
    grant_access(
        quote_request, until=clock.now() + request_links.LIFETIMES[request_links.PAGE], mailed_at=link.created_at
    )
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


@blueprint.post("/q/<token>/change")
@writes
def change_unconfirmed(token: str) -> ResponseReturnValue:
    """Makes the request a draft again, only in the browser that wrote it, as it shows health answers.

    Raises LinkGone or WrongState.
    """
    quote_request, link = request_links.peek_confirm(token)
    if not is_trusted_browser(quote_request.ref, mailed_at=link.created_at):
        flash(_("To change an answer, have the email sent again and open its link at once"), "care")
        return redirect(url_for("patient.ask_for_link"), 303)
    rewrite(quote_request)
    session.pop("sent", None)
    continue_draft(quote_request)
    return redirect(url_of("check"), 303)


def _say_what_came_of_it(confirmed: Confirmed) -> None:
    if confirmed.leads:
        flash(
            _(
                "Your request has gone to %(names)s",
                names=format_list([lead.clinic.name for lead in confirmed.leads], locale=get_locale() or "en"),
            ),
            "success",
        )
    else:
        flash(_("Your request is stored. We will write to you when a clinic can take it"), "info")
    for clinic in confirmed.full:
        flash(
            _(
                "%(clinic)s is full for now and did not get your request. You can add another clinic",
                clinic=clinic.name,
            ),
            "care",
        )
