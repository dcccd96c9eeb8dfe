"""What no honest person types: control characters, lone surrogates, and paths that lead to another site."""

import unicodedata
from urllib.parse import urlsplit

LINES = {"\n", "\r", "\t"}
LONGEST_PATH = 2000


def hostile(value: str, *, lines: bool = False) -> bool:
    """NUL, control characters and lone surrogates; with `lines` a text may have lines and tabs."""
    kept = LINES if lines else set()
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in kept for c in value)


def own_path(text: str) -> str | None:
    """A path of this site with its query, or None: browsers read `//x`, `/\\x` and `x:` as other sites."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return None
    if hostile(text) or len(text) > LONGEST_PATH:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text
