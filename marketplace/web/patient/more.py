"""More clinics for an open request, each with a consent of its own."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import Length

from marketplace.leads.consent import consent_text, recipients
from marketplace.leads.proposal import Proposed, propose
from marketplace.leads.reasons import in_words
from marketplace.leads.sending import add_clinics
from marketplace.quote_requests.photos import photos_of
from marketplace.web.forms import CreatingForm
from marketplace.web.patient.door import door
from marketplace.web.patient.holding import held
from marketplace.web.writing import once, writes


class MoreForm(CreatingForm):
    """Named clinics and what they get."""

    clinics = SelectMultipleField(
        lazy_gettext("Which clinics may get your request?"),
        validators=[Length(min=1, message=lazy_gettext("Select at least one clinic"))],
    )
    share_health = BooleanField(lazy_gettext("Send my health answers and photos to these clinics too"))


def _form(proposed: Proposed) -> MoreForm:
    form = MoreForm()
    form.clinics.choices = [(proposal.clinic.slug, proposal.clinic.name) for proposal in proposed.proposals]
    return form


@door.get("/my/requests/<ref>/clinics")
def show_more_clinics(ref: str) -> ResponseReturnValue:
    """Who could get it too, each with its reason."""
    return _page(held())


def _page(quote_request: Any, form: MoreForm | None = None) -> ResponseReturnValue:
    proposed, photos = propose(quote_request), len(photos_of(quote_request))
    page = render_template(
        "patient/request/more.html",
        quote_request=quote_request,
        proposed=proposed,
        by_slug={proposal.clinic.slug: proposal for proposal in proposed.proposals},
        in_words=in_words,
        words={
            p.clinic.slug: [consent_text([p.clinic], with_health=shared, photos=photos) for shared in (True, False)]
            for p in proposed.proposals
        },
        form=form or _form(proposed),
        has_errors=form is not None,
    )
    return page, 422 if form else 200


@door.post("/my/requests/<ref>/clinics")
@writes
@once(MoreForm)
def send_to_more_clinics(ref: str) -> ResponseReturnValue:
    """Their leads are made at once: the address is confirmed."""
    quote_request = held()
    proposed = propose(quote_request)
    form = _form(proposed)
    if not form.validate_on_submit():
        return _page(quote_request, form)
    ticked = [p.clinic for p in proposed.proposals if p.clinic.slug in (form.clinics.data or [])]
    confirmed = add_clinics(quote_request, ticked, share_health=form.share_health.data)
    if confirmed.leads:
        flash(
            _(
                "Your request has gone to %(names)s",
                names=recipients([lead.clinic for lead in confirmed.leads]),
            ),
            "success",
        )
    for clinic in confirmed.full:
        flash(_("%(clinic)s is full for now and did not get your request", clinic=clinic.name), "care")
    return redirect(url_for("patient.show_request", ref=ref), 303)
