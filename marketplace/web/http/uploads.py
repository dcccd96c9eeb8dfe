"""Photos come in and go out: while they are read nothing of them touches a disk."""

import inspect
import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, TypeVar

from flask import Flask, Request, Response, current_app, request
from flask.typing import ResponseReturnValue, RouteCallable

from marketplace.foundation.values.pictures import MAX_BYTES, MEDIA_TYPE

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_BODY_BYTES = 64 * 1024 * 1024
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
_take_photos: set[RouteCallable] = set()


def takes_photos(view: View) -> View:
    """Its body may be as large as a few photos; every other page keeps the limit of the site."""
    _take_photos.add(inspect.unwrap(view))
    return view


class CappedBuffer(io.BytesIO):
    """A file in memory; of one that is too large no more than shows it."""

    def write(self, data: "Buffer", /) -> int:
        """Says that all of it was taken."""
        given, room = bytes(data), MAX_BYTES + 1 - self.tell()
        super().write(given[: max(0, room)])
        return len(given)


class SiteRequest(Request):
    """The library would put what is sent into files on the disk, as it came."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return CappedBuffer()


def allow_more() -> None:
    """Before anything reads the body; without a number of its own a view has the site's."""
    view = current_app.view_functions.get(request.endpoint or "")
    takes = view is not None and inspect.unwrap(view) in _take_photos
    request.max_content_length = MAX_BODY_BYTES if takes else None


def answer(jpeg: bytes, *, name: str) -> Response:
    """The picture as a page shows it."""
    response = Response(jpeg, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    return response


def install(app: Flask) -> None:
    """Every request of the site is read so."""
    app.request_class = SiteRequest
    app.before_request(allow_more)
