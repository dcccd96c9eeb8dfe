"""The photos of a draft. Each file is accepted or refused by itself, so that a bad one loses none of the others."""

from uuid import UUID

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import StringField
from wtforms.validators import ValidationError

from marketplace.foundation.problems import NotFound, Refused
from marketplace.foundation.values import pictures
from marketplace.quote_requests import drafts, photos
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.http import uploads
from marketplace.web.http.writing import commit_despite_refusal, writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.flow import (
    CHANGE,
    Question,
    after,
    current_draft,
    keep_draft,
    page,
    url_of,
    with_draft,
)
from marketplace.words.request import PHOTO_REFUSALS

MAX_NAME_LENGTH = 60


class PhotosForm(Question):
    """Photos to add, up to four in all, and the button that removes one."""

    limit = "photos"

    photos = MultipleFileField(_l("Photos"))
    remove = StringField()
    onward = StringField()  # the button that takes a chosen file along, and goes on without one

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns nothing, as a browser cannot be given a file to send."""
        return {}

    def validate_photos(self, field: MultipleFileField) -> None:
        """Checks that there is something to do, and not too many files. Raises ValidationError."""
        if not field.data and not self.remove.data and not self.onward.data:
            raise ValidationError(_("Select at least one photo"))
        if len(field.data or ()) > photos.MAX_PHOTOS:
            raise ValidationError(str(PHOTO_REFUSALS.patient["too_many"]))

    def reencode(self) -> list[tuple[str, bytes]]:
        """Returns name and JPEG of each file that is a picture; the field's errors name the others."""
        files, done, errors = self.photos.data or (), [], []
        self.photos.flags.shown_errors = photos.MAX_PHOTOS  # each file may have its own
        try:
            # One lock for all files, so that nobody waits for each of them while a transaction is open.
            with pictures.one_at_a_time():
                for file in files:
                    try:
                        done.append((file.filename, pictures.reencode(file.stream.read())))
                    except Refused as refused:
                        errors.append(_refusal(file.filename, refused.reason))
        except Refused as busy:
            errors = [_refusal(file.filename, busy.reason) for file in files]
        self.photos.errors = [*self.photos.errors, *errors]
        return done

    def keep(self, quote_request: QuoteRequest, reencoded: list[tuple[str, bytes]]) -> None:
        """Removes and adds photos of a request that is locked; errors of single files go to the field."""
        removed = _key(self.remove.data)
        if removed:
            photos.remove(quote_request, removed)
        for name, jpeg in reencoded:
            try:
                photos.add(quote_request, jpeg)
            except Refused as refused:
                self.photos.errors = [*self.photos.errors, _refusal(name, refused.reason)]


def _refusal(name: str | None, reason: str) -> str:
    shown = (name or "")[:MAX_NAME_LENGTH]
    if not shown or not shown.isprintable():
        return str(PHOTO_REFUSALS.patient[reason])
    return _("%(name)s: %(problem)s", name=shown, problem=PHOTO_REFUSALS.patient[reason])


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@blueprint.route("/get-quotes/photos", methods=["GET", "POST"])
@uploads.takes_photos
@writes
@with_draft("photos")
def ask_photos(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for photos and stores the good files, also where others are refused. Raises WrongState once it is sent."""
    form = PhotosForm.of(quote_request)
    changing = form.change.data == CHANGE
    if form.validate_on_submit():
        reencoded = form.reencode()
        drafts.begin(quote_request)
        form.keep(quote_request, reencoded)
        drafts.touch(quote_request)
        keep_draft()
        if not form.errors:
            stays = url_of("photos", change=CHANGE if changing else None)
            return redirect(after("photos", quote_request, changing=changing) if form.onward.data else stays, 303)
        commit_despite_refusal()
    kept = photos.photos_of(quote_request)
    onward = after("photos", quote_request, changing=changing)
    whose: dict[str, object] = {"place": "patient.show_draft_photo", "whose": {}}
    return page("photos", form, kept=kept, most=photos.MAX_PHOTOS, may_add=True, onward=onward, **whose)


@blueprint.get("/get-quotes/photos/<uuid:photo_id>")
def show_draft_photo(photo_id: UUID) -> Response:
    """Returns a photo of this browser's draft. Raises NotFound."""
    quote_request = current_draft()
    if quote_request is None:
        raise NotFound("photo")
    return photo_response(quote_request, photo_id)


def photo_response(quote_request: QuoteRequest, photo_id: UUID) -> Response:
    """Returns a photo of the request as a response. Raises NotFound where it belongs to another one."""
    photo = photos.photo_of(quote_request, photo_id)
    return uploads.answer(photos.picture(photo), name=f"{quote_request.ref}-{photo.place}")
