"""The links of a patient's mails: one opens the page, and a lost one is sent again."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.quote_requests import links
from marketplace.web.forms.base import CreatingForm, email_field
from marketplace.web.forms.challenged import ChallengedForm
from marketplace.web.http.writing import once, writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.holding import opened, remember


class LinkForm(ChallengedForm, CreatingForm):
    """Where the new link goes."""

    limit = "link"
    email = email_field()

    def counted(self) -> dict[str, str]:
        """Each mailbox has peace, whoever asks."""
        return {"email": self.email.data or ""}


@blueprint.get("/q/<token>")
def open_page(token: str) -> ResponseReturnValue:
    """Opens a session for that one request; a look by HEAD opens nothing."""
    quote_request, link = links.open_page(token)
    if request.method == "HEAD":
        return ""
    remember(quote_request.ref, until=link.expires_at, mailed_at=link.created_at)
    target = request.args.get("to", "")
    page = url_for("patient.show_request", ref=quote_request.ref)
    return redirect(f"{page}/{target}" if links.BELOW_REQUEST.fullmatch(target) else page, 303)


@blueprint.route("/my/link", methods=["GET", "POST"])
@writes
@once(LinkForm, must_have_token=False)
def ask_for_link() -> ResponseReturnValue:
    """The same answer for every address, known or not."""
    form = LinkForm()
    if form.validate_on_submit():
        links.send_new_link(form.email.data or "")
        return redirect(url_for("patient.link_sent"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template(
        "patient/request/link.html", form=form, opened=opened(), has_errors=bool(form.errors)
    ), status


@blueprint.get("/my/link/sent")
def link_sent() -> str:
    """What happens next."""
    return render_template("patient/request/link_sent.html", hours=links.LIFETIMES[links.PAGE] // timedelta(hours=1))
