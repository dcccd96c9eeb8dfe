"""The outbox: what was sent, what waits, what failed and why."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mail import desk as outbox
from marketplace.web.operator import wording
from marketplace.web.operator.clinics import page_number, page_url
from marketplace.web.operator.door import door
from marketplace.web.writing import writes


@door.get("/emails")
def list_emails() -> ResponseReturnValue:
    """Newest first; neither to whom nor what it said."""
    state = request.args.get("state", "").strip()
    return render_template(
        "operator/emails.html",
        words=wording,
        found=outbox.emails(state=state, page=page_number()),
        counts=outbox.state_counts(),
        state=state,
        page_url=page_url,
    )


@door.post("/emails/<uuid:email_id>/retry")
@writes
def retry_email(email_id: UUID) -> ResponseReturnValue:
    """A failed email is tried once more."""
    outbox.retry(email_id)
    flash(_("The email waits to be sent again"), "success")
    return redirect(url_for("operator.list_emails"), 303)
