"""Photos: a question that may be skipped, and an answer that may be changed while the request is open."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.foundation.problems import NotFound
from marketplace.leads.consent import later_photos_text
from marketplace.leads.consent_rows import GIVEN, photo_readers, write
from marketplace.quote_requests import changes, drafts, photos
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose
from marketplace.web.forms.agreeing import STALE
from marketplace.web.http import uploads
from marketplace.web.http.writing import keep_what_was_done, writes
from marketplace.web.patient.asking import CHANGE, after, current_draft, keep_draft, page, url_of, with_draft
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.forms_photos import LaterPhotosForm, PhotosForm
from marketplace.web.patient.holding import held, own_browser_only


@blueprint.route("/get-quotes/photos", methods=["GET", "POST"])
@uploads.takes_photos
@writes
@with_draft("photos")
def ask_photos(quote_request: Any) -> ResponseReturnValue:
    """What could be taken is kept, also when another file could not."""
    form = PhotosForm.of(quote_request)
    changing = form.change.data == CHANGE
    if form.validate_on_submit():
        painted = form.painted()
        drafts.begin(quote_request)
        form.keep(quote_request, painted)
        drafts.touch(quote_request)
        keep_draft()
        if not form.errors:
            stays = url_of("photos", change=CHANGE if changing else None)
            return redirect(after("photos", quote_request, changing=changing) if form.onward.data else stays, 303)
        keep_what_was_done()
    kept = photos.photos_of(quote_request)
    onward = after("photos", quote_request, changing=changing)
    whose: dict[str, Any] = {"place": "patient.show_draft_photo", "whose": {}}
    return page("photos", form, kept=kept, most=photos.MOST, may_add=True, onward=onward, **whose)


@blueprint.get("/get-quotes/photos/<uuid:photo_id>")
def show_draft_photo(photo_id: UUID) -> Response:
    """For the browser that wrote the draft."""
    quote_request = current_draft()
    if quote_request is None:
        raise NotFound("photo")
    return _picture(quote_request, photo_id)


@blueprint.get("/my/requests/<ref>/photos/<uuid:photo_id>")
@own_browser_only
def show_photo(ref: str, photo_id: UUID) -> Response:
    """For whoever holds the request's link."""
    return _picture(held(), photo_id)


def _picture(quote_request: Any, photo_id: UUID) -> Response:
    photo = photos.photo_of(quote_request, photo_id)
    return uploads.answer(photos.picture(photo), name=f"{quote_request.ref}-{photo.place}")


@blueprint.get("/my/requests/<ref>/answers/photos")
@own_browser_only
def show_photos(ref: str) -> ResponseReturnValue:
    """What is there, and who sees it."""
    return _page(held(), LaterPhotosForm.of(held()))


@blueprint.post("/my/requests/<ref>/answers/photos")
@uploads.takes_photos
@own_browser_only
@writes
def change_photos(ref: str) -> ResponseReturnValue:
    """Stored with the consent to it; what could be taken is kept, also when another file could not."""
    quote_request = held()
    form = LaterPhotosForm.of(quote_request)
    form.name_clinics(photo_readers(quote_request))
    if form.is_stale(quote_request) or not form.validate_on_submit():
        return _page(quote_request, form)
    if not _change(quote_request, form):
        return _page(quote_request, form)
    if form.errors:
        keep_what_was_done()
        return _page(quote_request, form)
    flash(_("Your photos are changed"), "success")
    return redirect(url_for("patient.show_photos", ref=ref), 303)


def _change(quote_request: Any, form: LaterPhotosForm) -> bool:
    """Whether it was stored: where the clinics changed while the photos were painted, nothing is."""
    painted = form.painted()
    begin = changes.begin if painted else changes.begin_taking_back
    before = begin(quote_request)
    form.name_clinics(photo_readers(quote_request))
    if painted and (form.is_stale(quote_request) or not form.agrees()):
        return False
    if painted and form.clinics:
        words = later_photos_text(list(form.clinics))
        write(quote_request, form.clinics, act=GIVEN, purposes=[Purpose.PHOTOS], words=words)
    form.keep(quote_request, painted)
    changes.done(quote_request, before)
    return True


def _page(quote_request: Any, form: LaterPhotosForm) -> ResponseReturnValue:
    form.name_clinics(photo_readers(quote_request))
    form.show(form.shown_of(quote_request))
    home = url_for("patient.show_request", ref=quote_request.ref)
    html = render_template(
        "patient/form/photos.html",
        form=form,
        number=None,
        total=None,
        back=home,
        onward=home,
        has_errors=bool(form.errors or form.changes),
        kept=photos.photos_of(quote_request),
        most=photos.MOST,
        place="patient.show_photo",
        whose={"ref": quote_request.ref},
        may_add=quote_request.state in TAKES_QUOTES,
    )
    return html, STALE if form.changes else 422 if form.errors else 200
