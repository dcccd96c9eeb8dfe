"""Names made ready to be found and to stand in an address."""

import re
import unicodedata

# Letters that do not decompose into a plain one and a mark.
_PLAIN = str.maketrans({"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """Lower case without accents: "Şişli" and "sisli" are the same."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def slug_of(name: str) -> str:
    """Clinic Łąka (sample) becomes clinic-laka-sample."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")


def search_text(*, name: str, city: str, summary: str) -> str:
    """What a search on the clinics' page looks through."""
    return fold(f"{name} {city} {summary}")
