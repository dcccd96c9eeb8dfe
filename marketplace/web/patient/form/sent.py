"""After the form: the mailbox is next. Until it is confirmed, the address and the answers can be changed."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security import limits
from marketplace.leads.request_actions import correct_address, rewrite
from marketplace.quote_requests import queries, request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.web.forms.base import IdempotentForm, email_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.flow import continue_draft, url_of


class AddressForm(IdempotentForm):
    """Where the mail to confirm should have gone."""

    limit = "confirm-again"
    email = email_field()


def _sent_request() -> QuoteRequest | None:
    """What this browser sent; where the answer was lost on the way, the draft's reference finds it."""
    ref = session.get("sent") or session.get("draft_ref", "")
    try:
        with as_system():
            quote_request = queries.by_ref(ref)
    except NotFound:
        return None
    use_role(DatabaseRole.PATIENT, request_id=quote_request.id)
    return None if quote_request.state in (RequestState.DRAFT, RequestState.ERASED) else quote_request


@blueprint.route("/get-quotes/sent", methods=["GET", "POST"])
@writes
@idempotent(IdempotentForm, must_have_key=False)
def sent() -> ResponseReturnValue:
    """Nothing has gone to a clinic yet; the mail may be sent again."""
    quote_request = _sent_request()
    if quote_request is None:
        return redirect(url_for("patient.start"), 303)
    if request.method == "POST":
        limits.consume("confirm-again")
        request_links.resend_confirmation(quote_request)
        flash(_("We have sent the email again. The link in the earlier one no longer works"), "success")
        return redirect(url_for("patient.sent"), 303)
    return render_template(
        "patient/form/sent.html",
        form=IdempotentForm(),
        ref=quote_request.ref,
        email=queries.answers(quote_request).email,
        waits=quote_request.state == RequestState.UNCONFIRMED,
        came_back=queries.mail_came_back(quote_request),
    )


@blueprint.route("/get-quotes/address", methods=["GET", "POST"])
@writes
@idempotent(AddressForm)
def correct_email() -> ResponseReturnValue:
    """A mistyped address: every answer stays, the mail goes to the new one, the link in the old one is dead."""
    quote_request = _sent_request()
    if quote_request is None or quote_request.state != RequestState.UNCONFIRMED:
        return redirect(url_for("patient.sent"), 303)
    form = AddressForm(data={"email": queries.answers(quote_request).email})
    if form.validate_on_submit():
        correct_address(quote_request, form.email.data or "")
        flash(_("We have sent the email to the new address. A link in an earlier one no longer works"), "success")
        return redirect(url_for("patient.sent"), 303)
    html = render_template("patient/form/address.html", form=form, has_errors=bool(form.errors))
    return html, 422 if form.errors else 200


@blueprint.post("/get-quotes/change")
@writes
def change_sent() -> ResponseReturnValue:
    """Back to the form with every answer. Pressed twice, the draft is there already."""
    quote_request = _sent_request()
    if quote_request is not None and quote_request.state != RequestState.UNCONFIRMED:
        return redirect(url_for("patient.sent"), 303)
    if quote_request is not None:
        rewrite(quote_request)
        session.pop("sent", None)
        continue_draft(quote_request)
    return redirect(url_of("check"), 303)
