"""The photos of a request that was sent: shown, removed, and added with consent to who sees them."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField
from wtforms.validators import ValidationError

from marketplace.clinics.models import Clinic
from marketplace.leads.consent import GIVEN, later_photos_text, photo_readers, write_consent
from marketplace.quote_requests import answer_changes, photos
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose
from marketplace.web.filters import country_name
from marketplace.web.forms.agreeing import STALE, AgreeingForm, Shown, items
from marketplace.web.http import uploads
from marketplace.web.http.writing import commit_despite_refusal, writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.agreement import Row
from marketplace.web.patient.form.photos import PhotosForm, photo_response
from marketplace.web.patient.request_access import trusted_browser_only


class LaterPhotosForm(AgreeingForm, PhotosForm):
    """Photos to add, with consent: clinics that read the health answers see them at once, so they are named."""

    agree = BooleanField()

    clinics: tuple[Clinic, ...] = ()

    def name_clinics(self, clinics: list[Clinic]) -> None:
        """Names the clinics that read the photos now in the sentence of the consent."""
        self.clinics = tuple(clinics)
        self.agree.label.text = later_photos_text(clinics)

    def shown_of(self, quote_request: QuoteRequest) -> Shown:
        """Returns a fact for each clinic's sentence, and one that is always there."""
        facts: dict[str, object] = {f"clinic.{clinic.slug}": later_photos_text([clinic]) for clinic in self.clinics}
        return Shown(("later_photos", str(quote_request.id)), facts | {"photos": True})

    def is_stale(self, quote_request: QuoteRequest) -> bool:
        """Returns whether other clinics would see the photos than the page named; if so, unticks the consent."""
        asks = bool(self.photos.data and self.clinics)
        if asks and not self.agrees_to(self.shown_of(quote_request)):
            self.agree.data = False
            return True
        return False

    def validate_agree(self, _field: BooleanField) -> None:
        """Checks the consent where a clinic would see the photos. Raises ValidationError."""
        if self._must_agree():
            raise ValidationError(_("Agree, or leave your photos out"))

    def agrees(self) -> bool:
        """Returns whether the consent still covers all clinics, once the photos were reencoded."""
        if self._must_agree():
            self.agree.errors = [_("Agree, or leave your photos out")]
        return not self.agree.errors

    def _must_agree(self) -> bool:
        return bool(self.clinics and self.photos.data and not self.agree.data)

    def rows(self) -> list[Row]:
        """Returns the clinics that changed since the page was shown, as marked rows."""
        named = [(f"clinic.{clinic.slug}", clinic) for clinic in self.clinics]
        return [
            {"name": name, "key": clinic.name, "value": country_name(clinic.country), "changed": True}
            for name, clinic in named
            if name in self.changes.changed
        ]

    def items(self) -> list[tuple[str | None, str]]:
        """Returns what changed since the page was shown."""
        labels = {f"clinic.{clinic.slug}": clinic.name for clinic in self.clinics}
        return items(self.changes, labels, gone=_("A clinic that was named sees your photos no longer"))


@blueprint.get("/my/requests/<ref>/photos/<uuid:photo_id>")
@trusted_browser_only
def show_photo(quote_request: QuoteRequest, photo_id: UUID) -> Response:
    """Returns a photo to a browser that may see the request's health answers. Raises NotFound."""
    return photo_response(quote_request, photo_id)


@blueprint.get("/my/requests/<ref>/answers/photos")
@trusted_browser_only
def show_photos(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the request's photos and which clinics see them."""
    return _page(quote_request, LaterPhotosForm.of(quote_request))


@blueprint.post("/my/requests/<ref>/answers/photos")
@uploads.takes_photos
@trusted_browser_only
@writes
def change_photos(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Stores the good files with the consent to them, also where others are refused. Raises WrongState."""
    form = LaterPhotosForm.of(quote_request)
    form.name_clinics(photo_readers(quote_request))
    if form.is_stale(quote_request) or not form.validate_on_submit():
        return _page(quote_request, form)
    if not _change(quote_request, form):
        return _page(quote_request, form)
    if form.errors:
        commit_despite_refusal()
        return _page(quote_request, form)
    flash(_("Your photos are changed"), "success")
    return redirect(url_for("patient.show_photos", ref=quote_request.ref), 303)


def _change(quote_request: QuoteRequest, form: LaterPhotosForm) -> bool:
    """Stores the photos and returns True; returns False where the clinics changed during reencoding."""
    reencoded = form.reencode()
    begin = answer_changes.begin if reencoded else answer_changes.begin_removal
    before = begin(quote_request)
    form.name_clinics(photo_readers(quote_request))
    if reencoded and (form.is_stale(quote_request) or not form.agrees()):
        return False
    if reencoded and form.clinics:
        words = later_photos_text(list(form.clinics))
        write_consent(quote_request, form.clinics, act=GIVEN, purposes=[Purpose.PHOTOS], words=words)
    form.keep(quote_request, reencoded)
    answer_changes.done(quote_request, before)
    return True


def _page(quote_request: QuoteRequest, form: LaterPhotosForm) -> ResponseReturnValue:
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
        most=photos.MAX_PHOTOS,
        place="patient.show_photo",
        whose={"ref": quote_request.ref},
        may_add=quote_request.state in TAKES_QUOTES,
    )
    return html, STALE if form.changes else 422 if form.errors else 200
