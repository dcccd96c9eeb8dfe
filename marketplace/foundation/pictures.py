"""A picture somebody sends is painted into a new one: its pixels are kept, and nothing else that came with it."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.foundation.problems import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_PIXELS_AT_ONCE = 12_000_000  # only a JPEG can be read at a smaller size than it has
LONGEST_SIDE = 2000
QUALITY = 82
WHITE = (255, 255, 255)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def clean(data: bytes, *, media_type: str = "image/webp") -> bytes:
    """A WebP (or JPEG) of at most 2000 pixels a side. Raises Refused: empty, too_large, too_many_pixels, animated,
    not_a_picture or damaged."""
    if not data:
        raise Refused("empty", field="photos")
    if len(data) > MOST_BYTES:
        raise Refused("too_large", field="photos")
    painted = _painted(_opened(data))
    out = io.BytesIO()
    painted.save(out, "WEBP" if media_type == "image/webp" else "JPEG", quality=QUALITY)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    """Looked at, not yet decoded: a bomb costs nothing."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels", field="photos") from error
    except UnidentifiedImageError as error:
        raise Refused("not_a_picture", field="photos") from error
    except Exception as error:  # broken files break the reader in many ways
        raise Refused("damaged", field="photos") from error
    if image.format != "MPO" and getattr(image, "is_animated", False):  # phones keep a second picture in an MPO
        raise Refused("animated", field="photos")
    in_parts = image.format in {"JPEG", "MPO"}
    if image.width * image.height > (MOST_PIXELS if in_parts else MOST_PIXELS_AT_ONCE):
        raise Refused("too_many_pixels", field="photos")
    return image


def _painted(image: Image.Image) -> Image.Image:
    """Upright, on white, and new: what a file carries beside its pixels hangs on the old one."""
    try:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of a JPEG only about that much is decoded
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        layer = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Exception as error:
        raise Refused("damaged", field="photos") from error
    new = Image.new("RGB", layer.size, WHITE)
    new.paste(layer, mask=layer if layer.mode == "RGBA" else None)
    return new
