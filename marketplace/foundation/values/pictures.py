"""Re-encodes a picture that somebody sent: its pixels are kept, and nothing else that came with it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from marketplace.foundation.problems import Refused

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MEDIA_TYPE = "image/jpeg"
MAX_BYTES = 10 * 1024 * 1024
# So that no reader needs more than 200 MB: only a JPEG can be read at a smaller size than it has.
MAX_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "HEIF": 25_000_000, "PNG": 12_600_000, "WEBP": 12_600_000}
IN_PARTS = {"MPO", "HEIF"}  # phones keep more than one picture in these; the first is the one that was meant
MAX_SIDE = 2000
QUALITY = 85
JPEG_START, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
WHITE = (255, 255, 255)
MAX_WAIT_SECONDS = 4.0

Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
_upload_lock = Lock()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets one upload at a time through in a process, to bound its memory. Raises Refused(busy) after four seconds."""
    if not _upload_lock.acquire(timeout=MAX_WAIT_SECONDS):
        raise Refused("busy", field="photos")
    try:
        yield
    finally:
        _upload_lock.release()


def reencode(data: bytes) -> bytes:
    """The picture as a JPEG of at most 2000 pixels a side.

    Raises Refused: empty, too_large, too_many_pixels, animated, not_a_picture or damaged.
    """
    if not data:
        raise Refused("empty", field="photos")
    if len(data) > MAX_BYTES:
        raise Refused("too_large", field="photos")
    reencoded = _reencoded_if_whole(data)
    out = io.BytesIO()
    reencoded.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    """The picture with its header read, not yet decoded: a decompression bomb costs nothing. Raises Refused."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels", field="photos") from error
    except UnidentifiedImageError as error:
        raise Refused("not_a_picture", field="photos") from error
    except Exception as error:  # broken files break the reader in many ways
        raise Refused("damaged", field="photos") from error
    if image.format not in IN_PARTS and getattr(image, "is_animated", False):
        raise Refused("animated", field="photos")
    if image.width * image.height > MAX_PIXELS[image.format or ""]:
        raise Refused("too_many_pixels", field="photos")
    return image


def _reencoded_if_whole(data: bytes) -> Image.Image:
    """The picture; a JPEG that lacks no more than its last bytes, as a broken upload leaves it, is accepted, too."""
    try:
        return _reencoded(_opened(data))
    except Refused as refused:
        if refused.reason != "damaged" or not data.startswith(JPEG_START):
            raise
        reencoded = _reencoded(_opened(data + JPEG_END))
        # What is missing is filled with one colour: then the last row has no other.
        bottom = reencoded.crop((0, reencoded.height - 1, reencoded.width, reencoded.height)).convert("L").getextrema()
        if bottom[0] == bottom[1]:
            raise
        return reencoded


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel: of 16 bits of grey the library would paint all above 255 white."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _reencoded(image: Image.Image) -> Image.Image:
    """A new picture, upright and on white: what a file carries beside its pixels hangs on the old one."""
    try:
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # of a JPEG only about that much is decoded
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(image)
        layer = _eight_bits(upright).convert("RGBA" if upright.has_transparency_data else "RGB")
    except Exception as error:
        raise Refused("damaged", field="photos") from error
    new = Image.new("RGB", layer.size, WHITE)
    new.paste(layer, mask=layer if layer.mode == "RGBA" else None)
    return new
