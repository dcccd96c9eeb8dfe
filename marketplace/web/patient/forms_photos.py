"""Photos as they are sent: each file is taken or refused by itself, so that a bad one loses none of the good ones."""

from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from marketplace.foundation.problems import Refused
from marketplace.foundation.values import pictures
from marketplace.leads.consent import later_photos_text
from marketplace.quote_requests import photos
from marketplace.web.filters import country_name
from marketplace.web.forms.agreeing import AgreeingForm, Shown, items
from marketplace.web.patient.asking import Question
from marketplace.web.patient.summary import Row

LONGEST_NAME = 60
REFUSALS = {
    "not_a_picture": _("The selected file must be a JPG, PNG, HEIC or WebP"),
    "animated": _("The selected file must be one picture, not several in a row"),
    "too_large": _("The selected file must be smaller than 10 MB"),
    "too_many_pixels": _("The selected file has too many pixels. Send it at medium size, or take a screenshot of it"),
    "empty": _("The selected file is empty"),
    "damaged": _("The selected file could not be read. Choose another, or save it again"),
    "busy": _("The selected file could not be uploaded. Try again"),
    "too_many": _("You can only select up to 4 photos"),
}


class Photos(MultipleFileField):
    """A text is mended one error at a time; of several files each may have its own."""

    shown_errors = photos.MOST


class PhotosForm(Question):
    """Up to four; the button of a photo takes it out."""

    limit = "photos"

    photos = Photos(_("Photos"))
    remove = StringField()
    onward = StringField()  # the button that takes a chosen file along, and goes on without one

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """A file cannot be put back into its field."""
        return {}

    def validate_photos(self, field: MultipleFileField) -> None:
        """Something must be asked for, and no more files than can be kept are looked at."""
        if not field.data and not self.remove.data and not self.onward.data:
            raise ValidationError(gettext("Select at least one photo"))
        if len(field.data or ()) > photos.MOST:
            raise ValidationError(str(REFUSALS["too_many"]))

    def painted(self) -> list[tuple[str, bytes]]:
        """Name and JPEG of each that is a picture; of the others the field says why not."""
        files, done, errors = self.photos.data or (), [], []
        try:
            # One turn for all of them: nobody waits once a file while a transaction is open.
            with pictures.in_turn():
                for file in files:
                    try:
                        done.append((file.filename, pictures.clean(file.stream.read())))
                    except Refused as refused:
                        errors.append(_refusal(file.filename, refused.reason))
        except Refused as busy:
            errors = [_refusal(file.filename, busy.reason) for file in files]
        self.photos.errors = [*self.photos.errors, *errors]
        return done

    def keep(self, quote_request: Any, painted: list[tuple[str, bytes]]) -> None:
        """In a locked request."""
        removed = _key(self.remove.data)
        if removed:
            photos.remove(quote_request, removed)
        for name, jpeg in painted:
            try:
                photos.add(quote_request, jpeg)
            except Refused as refused:
                self.photos.errors = [*self.photos.errors, _refusal(name, refused.reason)]


class LaterPhotosForm(AgreeingForm, PhotosForm):
    """Clinics that read the health answers see a new photo at once: the patient agrees to that, by name."""

    agree = BooleanField()

    clinics: tuple[Any, ...] = ()

    def name_clinics(self, clinics: list[Any]) -> None:
        """Those who read now."""
        self.clinics = tuple(clinics)
        self.agree.label.text = later_photos_text(clinics)

    def shown_of(self, quote_request: Any) -> Shown:
        """One fact for the sentence of each clinic, and one that is always there."""
        facts: dict[str, object] = {f"clinic.{clinic.slug}": later_photos_text([clinic]) for clinic in self.clinics}
        return Shown(("later_photos", str(quote_request.id)), facts | {"photos": True})

    def is_stale(self, quote_request: Any) -> bool:
        """Whether photos would go to others than the page said; an agreement to an earlier sentence is taken out."""
        asks = bool(self.photos.data and self.clinics)
        if asks and not self.agrees_to(self.shown_of(quote_request)):
            self.agree.data = False
            return True
        return False

    def validate_agree(self, _field: BooleanField) -> None:
        """Where somebody would see the photos."""
        if self._must_agree():
            raise ValidationError(gettext("Agree, or leave your photos out"))

    def agrees(self) -> bool:
        """The same once more, for clinics that began to read while the photos were painted."""
        if self._must_agree():
            self.agree.errors = [gettext("Agree, or leave your photos out")]
        return not self.agree.errors

    def _must_agree(self) -> bool:
        return bool(self.clinics and self.photos.data and not self.agree.data)

    def rows(self) -> list[Row]:
        """Who would see them, with a mark where that changed."""
        named = [(f"clinic.{clinic.slug}", clinic) for clinic in self.clinics]
        return [
            {"name": name, "key": clinic.name, "value": country_name(clinic.country), "changed": True}
            for name, clinic in named
            if name in self.changes.changed
        ]

    def items(self) -> list[tuple[str | None, str]]:
        """What changed since the page was shown."""
        labels = {f"clinic.{clinic.slug}": clinic.name for clinic in self.clinics}
        return items(self.changes, labels, gone=gettext("A clinic that was named sees your photos no longer"))


def _refusal(name: str | None, reason: str) -> str:
    shown = (name or "")[:LONGEST_NAME]
    if not shown or not shown.isprintable():
        return str(REFUSALS[reason])
    return gettext("%(name)s: %(problem)s", name=shown, problem=REFUSALS[reason])


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
