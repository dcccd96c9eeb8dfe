"""Places in lists as opaque texts of addresses: bytes in the letters that need no escape."""

import base64
import binascii

MAX_LENGTH = 400  # letters


class NotACursor(ValueError):
    """The text is no place in the list that is asked for."""


def as_text(data: bytes) -> str:
    """Returns the bytes as an address carries them."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def as_bytes(text: str) -> bytes:
    """Returns the bytes of a text. Raises NotACursor for one that stands for none."""
    if len(text) > MAX_LENGTH or not text.isascii():
        raise NotACursor(text)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotACursor(text) from error
