"""Stores the photos of a request: four at most, sealed one by one."""

from uuid import UUID

from sqlalchemy import delete, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import NotFound, Refused
from marketplace.quote_requests.models import Photo, QuoteRequest

MAX_PHOTOS = 4
SEALED = "photo.picture_sealed"


def photos_of(request: QuoteRequest) -> list[Photo]:
    """Returns the photos in the order they were added, without their pictures."""
    return list(db.session.scalars(select(Photo).where(Photo.request_id == request.id).order_by(Photo.id)))


def photo_of(request: QuoteRequest, photo_id: UUID) -> Photo:
    """Returns one photo of this request. Raises NotFound."""
    photo = db.session.scalar(select(Photo).where(Photo.id == photo_id, Photo.request_id == request.id))
    if photo is None:
        raise NotFound("photo")
    return photo


def picture(photo: Photo) -> bytes:
    """Returns the JPEG of a photo. Raises CannotOpen once the request is erased."""
    return photo.request.box.open_bytes(SEALED, photo.picture_sealed, row=photo.id)


def add(request: QuoteRequest, jpeg: bytes) -> None:
    """Adds a photo to a locked request, unless the same picture is there already.

    Raises Refused too_many beyond four.
    """
    there = photos_of(request)
    if any(picture(photo) == jpeg for photo in there):
        return
    free = [place for place in range(1, MAX_PHOTOS + 1) if place not in {photo.place for photo in there}]
    if not free:
        raise Refused("too_many", field="photos")
    key = uuid7()
    sealed = request.box.seal_bytes(SEALED, jpeg, row=key)
    db.session.add(
        Photo(id=key, request_id=request.id, place=free[0], picture_sealed=sealed, added_at=clock.now()),
    )
    db.session.flush()


def remove_all(request: QuoteRequest) -> None:
    """Deletes every photo of a request."""
    db.session.execute(delete(Photo).where(Photo.request_id == request.id))


def remove(request: QuoteRequest, photo_id: UUID) -> None:
    """Deletes one photo; nothing happens where it is gone already."""
    db.session.execute(delete(Photo).where(Photo.id == photo_id, Photo.request_id == request.id))
