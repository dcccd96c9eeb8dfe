"""The patient's messages with a clinic, which show no email address."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SubmitField

from marketplace.leads.actions import answer_question
from marketplace.leads.messages import CLINIC, MessageView, mark_read, messages, released_early, takes_messages
from marketplace.leads.models import Lead
from marketplace.leads.queries import lead_with_clinic
from marketplace.leads.status_texts import clinic_news
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms.base import IdempotentForm, message_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import current_request


class MessageForm(IdempotentForm):
    """A message of the patient to a clinic."""

    limit = "message-clinic"
    body = message_field(_l("Your message"))
    as_it_is = SubmitField(_l("Send it as it is"))

    def counted(self) -> dict[str, str]:
        """Returns the request as what the limit counts, as each message is an email to a clinic."""
        return {"request": current_request().ref}


@blueprint.get("/my/requests/<ref>/messages/<clinic>")
@writes
def show_messages(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Shows the messages and a field to answer; a GET marks the clinic's as read, HEAD does not. Raises NotFound."""
    lead = lead_with_clinic(quote_request, clinic)
    said = messages(lead)
    if said and request.method != "HEAD":
        mark_read(lead, author=CLINIC, until=said[-1].at)
    return _page(lead, said=said, form=MessageForm())


@blueprint.post("/my/requests/<ref>/messages/<clinic>")
@writes
@idempotent(MessageForm)
def send_message(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Sends an answer to the clinic, whose reply clock goes on; contact details are pointed out first.

    Raises NotFound or WrongState.
    """
    lead = lead_with_clinic(quote_request, clinic)
    form = MessageForm()
    if not form.validate_on_submit():
        return _page(lead, said=messages(lead), form=form), 422
    if not form.as_it_is.data and (found := released_early(lead, form.body.data or "")):
        return _page(lead, said=messages(lead), form=form, released=found), 422
    answer_question(lead, form.body.data or "")
    flash(_("Sent to %(clinic)s", clinic=lead.clinic.name), "success")
    return redirect(url_for("patient.show_messages", ref=quote_request.ref, clinic=clinic), 303)


def _page(lead: Lead, *, said: Sequence[MessageView], form: MessageForm, released: Sequence[str] = ()) -> str:
    return render_template(
        "patient/request/messages.html",
        lead=lead,
        said=said,
        may_write=takes_messages(lead),
        news=clinic_news(lead),
        form=form,
        released=released,
        ref=lead.request.ref,
        has_errors=bool(form.errors),
    )
