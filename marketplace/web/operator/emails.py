"""The outbox as operators read it: sent, waiting and failed emails, with the reason."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mail import operator_queries as outbox
from marketplace.web.forms.query import Tab
from marketplace.web.http.writing import writes
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.list_query import chosen, page_number, page_url, problems, within
from marketplace.words.event import EMAIL_STATES, LIFT_REASONS


@blueprint.get("/emails")
def list_emails() -> ResponseReturnValue:
    """Shows the emails, newest first, without recipient and text."""
    return _page()


def _page(*, refused: tuple[UUID, str] | None = None) -> str:
    state, page = chosen("state", EMAIL_STATES.operator), page_number()
    return render_template(
        "operator/emails.html",
        found=within(outbox.emails(state=state, page=page), wanted=page),
        tabs_shown=_tabs(state),
        page_url=page_url,
        suppressed=outbox.suppressed(),
        lift_reasons=LIFT_REASONS.operator,
        refused=refused,
        has_errors=refused is not None or bool(problems()),
    )


def _tabs(state: str) -> list[Tab]:
    """Returns a tab for all emails, without a count, and one for each state."""
    counts = outbox.state_counts()
    each = [
        Tab(str(label), url_for("operator.list_emails", state=code), code == state, counts[code])
        for code, (label, _kind) in EMAIL_STATES.operator.items()
    ]
    return [Tab(_("All"), url_for("operator.list_emails"), not state), *each]


@blueprint.post("/emails/<uuid:email_id>/retry")
@writes
def retry_email(email_id: UUID) -> ResponseReturnValue:
    """Queues a failed email once more. Raises NotFound or WrongState."""
    outbox.retry(email_id)
    flash(_("The email waits to be sent again"), "success")
    return redirect(url_for("operator.list_emails"), 303)


@blueprint.post("/emails/suppressions/<uuid:suppression_id>/lift")
@writes
def lift_suppression(suppression_id: UUID) -> ResponseReturnValue:
    """Lets emails go to the address again; the audit log keeps the reason. Raises NotFound."""
    reason = request.form.get("reason", "")
    if reason not in LIFT_REASONS.operator:
        return _page(refused=(suppression_id, _("Select a reason"))), 422
    outbox.lift(suppression_id, reason=reason)
    flash(_("Emails may go to this address again"), "success")
    return redirect(url_for("operator.list_emails"), 303)
