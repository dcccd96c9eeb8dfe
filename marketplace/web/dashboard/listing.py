"""The clinic's own listing: what patients read, sent to review and paused by an owner."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.clinics import actions
from marketplace.clinics.reasons import in_words
from marketplace.foundation.problems import Refused
from marketplace.web.dashboard import wording
from marketplace.web.dashboard.door import door
from marketplace.web.writing import writes


@door.get("/listing")
def listing() -> ResponseReturnValue:
    """What patients see, and in which state it is."""
    return _page()


@door.post("/listing/submit")
@writes
def submit_listing() -> ResponseReturnValue:
    """To review, for the first time or after it was sent back."""
    actions.submit(g.clinic)
    return _back(_("Your listing is sent to review. We write to you when it is decided"))


@door.post("/listing/pause")
@writes
def pause_listing() -> ResponseReturnValue:
    """No new requests until it is resumed."""
    actions.pause(g.clinic)
    return _back(_("You get no new requests until you take them again"))


@door.post("/listing/resume")
@writes
def resume_listing() -> ResponseReturnValue:
    """Refused while a required check is not in date."""
    try:
        actions.resume(g.clinic)
    except Refused as refusal:
        return _page(problem=refusal.message)
    return _back(_("You get new requests again"))


def _page(*, problem: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "dashboard/listing.html",
        wording=wording,
        reason=in_words(g.clinic.listing_reason),
        problem=problem,
        has_errors=problem is not None,
    )
    return page, 422 if problem else 200


def _back(text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("dashboard.listing"), 303)
