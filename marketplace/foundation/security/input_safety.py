"""Safety of what people type: unsafe characters, mail addresses, paths to other sites, and what nobody can see."""

import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from urllib.parse import urlsplit

from email_validator import validate_email

LINE_CHARACTERS = {"\n", "\r", "\t"}
MAX_PATH_LENGTH = 2000

# Letters and marks by their category, and yet nothing is drawn for them.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(c) for c in range(0xFE00, 0xFE10)}
_OVERRIDES = frozenset("\u202d\u202e")


def _is_plain(text: str) -> bool:
    """Whether it is ASCII that can be seen, and spaces: most text, of which no character needs to be looked at."""
    return text.isascii() and text.isprintable()


def has_unsafe_characters(value: str, *, lines: bool = False) -> bool:
    """Whether the text holds control characters or lone surrogates; with `lines` line ends and tabs are allowed."""
    if _is_plain(value):
        return False
    kept = LINE_CHARACTERS if lines else set()
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in kept for c in value)


def own_path(text: str) -> str | None:
    """The text where it is a path of this site, or None: browsers read `//x`, `/\\x` and `x:` as other sites."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return None
    if has_unsafe_characters(text) or len(text) > MAX_PATH_LENGTH:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text


def is_invisible(character: str) -> bool:
    """Whether nothing is drawn for the character: spaces, format characters, fillers, variation selectors."""
    return character in _BLANK or character.isspace() or unicodedata.category(character) in {"Cf", "Zs", "Zl", "Zp"}


def trimmed(text: str) -> str:
    """The text in composed letters (NFC), line ends as one character, without anything invisible at its ends.

    Inside, joiners stay: Persian words and emoji are made with them. What has nothing to see becomes "".
    """
    if _is_plain(text):
        return text.strip()
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    seen = [position for position, character in enumerate(composed) if not is_invisible(character)]
    return composed[seen[0] : _end(composed, seen[-1])] if seen else ""


def _end(text: str, last: int) -> int:
    """One past the last visible character, with the variation selector that belongs to it (an emoji's)."""
    following = last + 1
    return following + 1 if following < len(text) and 0xFE00 <= ord(text[following]) < 0xFE10 else following


def overrides_direction(text: str) -> bool:
    """Whether it holds a character that makes the text after it run the other way."""
    return any(character in _OVERRIDES for character in text)


def mailable(text: str) -> str:
    """The address as it is stored, without space or anything invisible around it. Raises ValueError.

    An address is proved by its link, not by asking its server. Letters beyond ASCII before the @ are refused by too
    many servers to promise an answer; what reads like an encoded word in a header is taken apart on the way.
    """
    given = trimmed(text)
    try:
        address = validate_email(given, check_deliverability=False, allow_smtputf8=False)
        _ = Address(addr_spec=f"{address.local_part}@{address.ascii_domain}")
    except (ValueError, MessageError, IndexError) as error:
        raise ValueError("not an address") from error
    if "=?" in given:
        raise ValueError("reads like an encoded word")
    return address.normalized
