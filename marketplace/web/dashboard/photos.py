"""A photo of a request, for the clinic that the patient shares it with."""

from uuid import UUID

from flask import Response, request
from flask_security import current_user

from marketplace.foundation.problems import NotFound
from marketplace.leads.actions import open_lead
from marketplace.quote_requests import photos
from marketplace.quote_requests.states import Purpose
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.sight import hold_still, own_lead, reads
from marketplace.web.http import uploads
from marketplace.web.http.writing import writes


@blueprint.get("/leads/<ref>/photos/<uuid:photo_id>")
@writes
def photo(ref: str, photo_id: UUID) -> Response:
    """Each look is recorded, and the patient reads it; HEAD looks at nothing."""
    own = own_lead()
    hold_still(own)
    if not reads(own, Purpose.PHOTOS):
        raise NotFound("photo")
    found = photos.photo_of(own.request, photo_id)
    if request.method == "HEAD":
        return uploads.answer(b"", name="photo")
    open_lead(own, actor=current_user.actor, looked_at="photos")
    return uploads.answer(photos.picture(found), name=f"{ref}-{found.place}")
