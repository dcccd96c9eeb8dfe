"""The patient's read-only links: making one, what was looked at, and taking it back."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from marketplace.leads.consent import recipients
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.read_only_links import (
    ReadOnlyLink,
    ReadOnlyLook,
    end_link,
    links_of,
    looks_of,
    make_link,
)
from marketplace.quotes.queries import sent_quotes
from marketplace.web.forms.base import IdempotentForm
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import current_request, is_trusted_browser
from marketplace.words.request import LINK_READERS

BASE = "/my/requests/<ref>/readers"
NEW = "new_read_only_link"  # in the session, until the page has shown it once


class ReaderForm(IdempotentForm):
    """For whom a link is, and whether health answers go with it."""

    limit = "read-only-link"
    reader = RadioField(
        _l("Who is it for?"),
        choices=list(LINK_READERS.form.items()),
        validators=[InputRequired(_l("Select who the link is for"))],
    )
    with_health = BooleanField(_l("Show my health answers, too, to whoever has the code"))

    def counted(self) -> dict[str, str]:
        """Returns the request as what the limit counts."""
        return {"request": current_request().ref}


@dataclass(frozen=True)
class LinkRow:
    """One link with its looks."""

    link: ReadOnlyLink
    looks: list[ReadOnlyLook]


@blueprint.get(BASE)
def show_readers(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the links and every look; a link just made is shown this once."""
    return _page(quote_request, ReaderForm())


@blueprint.post(BASE)
@writes
@idempotent(ReaderForm)
def make_reader(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Makes a link. Raises WrongState, Refused or LimitReached."""
    form = ReaderForm()
    if not form.validate_on_submit():
        return _page(quote_request, form), 422
    with_health = bool(form.with_health.data) and is_trusted_browser(quote_request.ref)
    made = make_link(quote_request, reader=form.reader.data, with_health=with_health)
    address = str(current_app.config["SITE_URL"]) + url_for("patient.show_shared", token=made.token)
    session[NEW] = {"ref": quote_request.ref, "address": address, "code": made.code}
    return redirect(url_for("patient.show_readers", ref=quote_request.ref), 303)


@blueprint.post(BASE + "/<uuid:link_id>/end")
@writes
def end_reader(quote_request: QuoteRequest, link_id: UUID) -> ResponseReturnValue:
    """Takes a link back. Raises NotFound."""
    end_link(quote_request, link_id)
    flash(_("Taken back. The link opens nothing any more"), "success")
    return redirect(url_for("patient.show_readers", ref=quote_request.ref), 303)


def _page(quote_request: QuoteRequest, form: ReaderForm) -> str:
    looks = looks_of(quote_request)
    return render_template(
        "patient/request/readers.html",
        quote_request=quote_request,
        rows=[LinkRow(link, looks.get(link.id, [])) for link in links_of(quote_request)],
        made=_made(quote_request),
        clinics=recipients([quote.lead.clinic for quote in sent_quotes(quote_request)]),
        has_health=quote_request.health_sealed is not None,
        is_trusted=is_trusted_browser(quote_request.ref),
        form=form,
        has_errors=bool(form.errors),
    )


def _made(quote_request: QuoteRequest) -> dict[str, str | None] | None:
    made = cast("dict[str, str | None] | None", session.pop(NEW, None))
    return made if made and made["ref"] == quote_request.ref else None
