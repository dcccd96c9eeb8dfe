"""Nothing of a picture is kept but what can be seen in it."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from marketplace.foundation.problems import Refused
from marketplace.foundation.values import pictures

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>Jane Roe</a></x:xmpmeta>'
SECRETS = (b"Jane", b"secret", b"Exif", b"xmpmeta", b"GPS", b"ICC_PROFILE")


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (120, 90), mode: str = "RGB", **given: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, given.pop("colour", 120)).save(out, kind, **given)
    return out.getvalue()


def telling(kind: str = "JPEG") -> bytes:
    """Where and of whom it was taken, turned on its side."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "patient Jane Roe", 6
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 22.0, 12.0), "E", (4.0, 53.0, 0.0)
    more = {"comment": b"secret"} if kind == "JPEG" else {}
    return picture(kind, exif=exif, xmp=XMP, icc_profile=b"secret" * 30, **more)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "HEIF"])
def test_sp11_place_name_and_comment_are_gone(kind: str) -> None:
    clean = pictures.reencode(telling(kind))
    assert not [secret for secret in SECRETS if secret in clean]
    image = opened(clean)
    assert dict(image.getexif()) == {}
    assert image.format == "JPEG"
    assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(image.info)


def test_sp11_it_stands_upright() -> None:
    assert opened(pictures.reencode(telling())).size == (90, 120)


def test_sp11_the_text_of_a_png_is_gone() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Comment", "secret Jane")
    assert b"secret" not in pictures.reencode(picture("PNG", pnginfo=info))


def test_sp11_what_hangs_behind_it_is_gone() -> None:
    clean = pictures.reencode(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in clean


def test_a_large_one_gets_smaller() -> None:
    assert max(opened(pictures.reencode(picture(size=(5000, 3000)))).size) == 2000


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_kind_of_pixel_is_painted_on_white(mode: str) -> None:
    clean = opened(pictures.reencode(picture("PNG", mode=mode, colour=0)))
    assert clean.mode == "RGB"
    if mode == "RGBA":
        assert clean.getpixel((0, 0)) == (255, 255, 255)


def test_both_pictures_of_a_phone_are_one() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))])
    assert opened(pictures.reencode(out.getvalue())).size == (40, 30)


def bomb(side: int) -> bytes:
    """A PNG of nothing, side x side."""
    packed = zlib.compressobj(9)
    rows = b"".join(packed.compress(bytes(side // 8 + 1)) for _row in range(side)) + packed.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


REFUSED = {
    "nothing": (lambda: b"", "empty"),
    "21 MB": (lambda: picture() + bytes(21 * 1024 * 1024), "too_large"),
    "a picture of code": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_picture"),
    "a page named .jpg": (lambda: b"<html><script>alert(1)</script>", "not_a_picture"),
    "a program": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_picture"),
    "another format": (lambda: animated("GIF"), "not_a_picture"),
    "a bomb": (lambda: bomb(30000), "too_many_pixels"),
    "a small bomb": (lambda: bomb(4000), "too_many_pixels"),
    "half of it": (lambda: telling()[:900], "damaged"),
    "half of a PNG": (lambda: picture("PNG", colour=7)[:60], "damaged"),
    "only its head": (lambda: picture()[:20], "not_a_picture"),
    "a film": (lambda: animated("WEBP"), "animated"),
    "a film as PNG": (lambda: animated("PNG"), "animated"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_sp11_what_is_no_picture_is_refused(what: str) -> None:
    data, reason = REFUSED[what]
    with pytest.raises(Refused) as refused:
        pictures.reencode(data())
    assert (refused.value.reason, refused.value.field, refused.value.status) == (reason, "photos", 422)


def test_what_a_phone_takes_is_taken_and_more_is_not() -> None:
    assert max(opened(pictures.reencode(picture("HEIF", size=(4032, 3024)))).size) == 2000
    with pytest.raises(Refused, match="too_many_pixels"):
        pictures.reencode(picture("HEIF", size=(6000, 4500)))


def test_of_several_pictures_in_one_file_the_first_is_taken() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "HEIF", save_all=True, append_images=[Image.new("RGB", (80, 60))])
    assert opened(pictures.reencode(out.getvalue())).size == (40, 30)


def test_whoever_waits_too_long_for_a_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 0.01)
    with pictures.one_at_a_time(), pytest.raises(Refused, match="busy"), pictures.one_at_a_time():
        pass
    with pictures.one_at_a_time():
        pass


@pytest.mark.parametrize(("value", "seen"), [(0, 0), (30000, 116), (65535, 255)])
def test_sixteen_bits_of_grey_keep_their_brightness(value: int, seen: int) -> None:
    painted = opened(pictures.reencode(picture("PNG", mode="I;16", colour=value))).getpixel((3, 3))
    assert painted == (seen, seen, seen)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_usual_twelve_megapixels_are_taken(kind: str) -> None:
    assert max(opened(pictures.reencode(picture(kind, size=(4080, 3072)))).size) == 2000


def noisy(**given: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG", **given)
    return out.getvalue()


@pytest.mark.parametrize("missing", [1, 2, 10])
def test_a_jpeg_without_its_last_bytes_is_shown(missing: int) -> None:
    assert opened(pictures.reencode(noisy()[:-missing])).size == (640, 480)


def test_half_a_jpeg_is_damaged() -> None:
    data = noisy()
    with pytest.raises(Refused) as refused:
        pictures.reencode(data[: len(data) // 2])
    assert refused.value.reason == "damaged"
