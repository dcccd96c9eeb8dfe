"""In a browser that nobody knows health answers stay closed, until a link that was mailed just now is opened there."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.quote_requests import links, queries
from marketplace.web.forms.base import CreatingForm
from marketplace.web.http.writing import once, writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.holding import FRESH_LINK, held


class OpenForm(CreatingForm):
    """Asks for nothing: the mail goes to the address of the request."""

    limit = "link"

    def counted(self) -> dict[str, str]:
        """The mailbox has peace, whoever presses."""
        return {"email": queries.answers(held()).email}


@blueprint.get("/my/requests/<ref>/open")
def show_closed(ref: str) -> ResponseReturnValue:
    """Why it is closed here, and how it opens."""
    return _page(OpenForm())


@blueprint.post("/my/requests/<ref>/open")
@writes
@once(OpenForm)
def mail_link_to_open(ref: str) -> ResponseReturnValue:
    """The new link opens it in whatever browser it is followed, for ten minutes."""
    form = OpenForm()
    if not form.validate_on_submit():
        return _page(form)
    links.mail_new_link(held())
    flash(_("We have emailed you a new link. Open it in this browser"), "success")
    return redirect(url_for("patient.show_closed", ref=ref), 303)


def _page(form: Any) -> ResponseReturnValue:
    minutes = int(FRESH_LINK.total_seconds() // 60)
    shown = {"quote_request": held(), "form": form, "has_errors": bool(form.errors)}
    html = render_template("patient/request/closed.html", minutes=minutes, **shown)
    return html, 422 if form.errors else 200
