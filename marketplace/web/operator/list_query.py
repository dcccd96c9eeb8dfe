"""What the address of an operator's list asks for; what cannot be used is said on the page, with what was typed."""

from collections.abc import Collection
from urllib.parse import urlencode

from flask import g, request
from flask_babel import gettext as _

from marketplace.foundation.paging import Page, Row
from marketplace.web.http.inputs import is_page

Problem = tuple[str | None, str]  # the field, where the page has one, and the reason


def problems() -> list[Problem]:
    """Returns what could not be used so far, in the order in which it was read."""
    found: list[Problem] = g.setdefault("list_problems", [])
    return found


def unusable(text: str, *, field: str | None = None) -> None:
    """Notes why a value of the address cannot be used, beside its field where there is one."""
    problems().append((field, text))


def chosen(name: str, known: Collection[str], *, field: str | None = None) -> str:
    """Returns the value of the address if it is known; "" for none, and for an unknown one, which is noted."""
    text = request.args.get(name, "").strip()
    if not text or text in known:
        return text
    unusable(_("“%(value)s” is on no list", value=text), field=field)
    return ""


def whole_number(name: str, *, default: int, low: int, high: int) -> int:
    """Returns a whole number of the address; the default for none, and for an unusable one, which is noted."""
    text = request.args.get(name, "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
    if text and (number is None or not low <= number <= high):
        unusable(_("“%(value)s”: enter a whole number from %(low)s to %(high)s", value=text, low=low, high=high))
        return default
    return default if number is None else number


def page_number() -> int:
    """Returns the number of the page asked for; 1 for none, and for what is no number, which is noted."""
    text = request.args.get("page", "").strip()
    if not text or is_page(text):
        return int(text or 1)
    unusable(_("“%(value)s” is not the number of a page", value=text))
    return 1


def page_url(page: int) -> str:
    """Returns the address of another page of this list. The query is passed as data, never as options of url_for."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"


def within(found: Page[Row], *, wanted: int) -> Page[Row]:
    """Returns the page that was found, and notes where a later one was wanted than there is."""
    if wanted > found.pages:
        unusable(_("There is no page %(n)s. This is page %(last)s, the last", n=wanted, last=found.page))
    return found
