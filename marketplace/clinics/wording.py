"""Names made ready to be found and to stand in an address."""

import re
import unicodedata

MAX_SEARCH_WORDS = 6
# Letters that do not decompose into a plain one and a mark.
_PLAIN = str.maketrans({"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def normalised(text: str) -> str:
    """Lower case without accents and invisible characters: "Şişli" and "sisli" are the same."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf").lower()


def words_of(query: str) -> list[str]:
    """The words of a search: normalised, split at everything that is no letter, digit or mark; six at most."""
    return re.findall(r"[^\W_]+", normalised(query))[:MAX_SEARCH_WORDS]


def slug_of(name: str) -> str:
    """Clinic Łąka (sample) becomes clinic-laka-sample."""
    return re.sub(r"[^a-z0-9]+", "-", normalised(name)).strip("-")


def search_text(*, name: str, city: str, summary: str) -> str:
    """What a search on the clinics' page looks through: words parted by single spaces."""
    return " ".join(re.findall(r"[^\W_]+", normalised(f"{name} {city} {summary}")))
