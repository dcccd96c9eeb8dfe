"""The reader's own figures - fare, night, price at home, and the course they are for - kept until the browser closes.

They stand in one plain cookie, as they stand in the address, and are never stored here.
"""

from collections.abc import Mapping
from fractions import Fraction
from urllib.parse import parse_qsl, urlencode

from flask import Response, after_this_request, request
from flask_babel import lazy_gettext as _l

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import destinations
from marketplace.catalogue.trip_plans import MAX_GAP, MAX_SESSIONS
from marketplace.foundation.values.amounts import NotAnAmount, as_typed, read_amount
from marketplace.foundation.values.money import half_up
from marketplace.web.forms.query import QueryAmount, QueryForm, QueryPrice, amount_text, keep_estimate
from marketplace.web.http.page_key import COURSE

FIGURES = ("own", "fare", "night")
EVERY = "all"  # the country of a fare and a night that are for each


class FiguresForm(QueryForm):
    """The reader's own figures in `currency_code`, each of which has a default."""

    currency_code = "GBP"

    fare = QueryAmount(_l("Return trip"))
    night = QueryAmount(_l("One night"))
    own = QueryPrice(_l("My own price at home, for the whole course"))

    @property
    def amounts(self) -> dict[str, QueryAmount]:
        """Returns the fields of the reader's own figures by name."""
        return {"fare": self.fare, "night": self.night, "own": self.own}

    def figure(self, name: str) -> int | None:
        """Returns the reader's own `fare`, `night` or `own` in minor units; None where our estimate stands."""
        untouched = name in request.args and request.args[name] == request.args.get(f"{name}_was")
        return None if untouched else self.amounts[name].minor(self.currency_code)

    def keep(self, **course: str | None) -> None:
        """Keeps the figures that are the reader's own for the visit; `course` names home, sessions, gap and country."""
        own = {name: field.data or "" for name, field in self.amounts.items() if self.figure(name) is not None}
        if not self.errors:
            keep_figures(own, currency=self.currency_code, course=course)

    def show_estimate(self, name: str, estimate: Fraction | None) -> None:
        """Fills our estimate into a field that the reader left alone; None where there is none to show."""
        shown = None if estimate is None else amount_text(estimate, self.currency_code)
        self.amounts[name].estimate = shown
        keep_estimate(self.amounts[name], request.args.get(f"{name}_was"), shown)


def kept_figures(currency: str, *, home: str, sessions: str = "", country: str = "") -> dict[str, str]:
    """Returns what the reader typed earlier in this visit for this home, as fields hold it, in this currency.

    A price at home is left out for a course of other `sessions`, fare and night for another `country` (alpha-2).
    Nothing is returned where the address names a figure itself.
    """
    kept = dict(parse_qsl(request.cookies.get(COURSE, "")))
    if any(name in request.args for name in FIGURES) or kept.get("home", "").lower() != home.lower():
        return {}
    course = {
        name: kept[name] for name, high in (("sessions", MAX_SESSIONS), ("gap", MAX_GAP)) if _fits(kept, name, high)
    }
    place = kept.get("country", "").lower()
    place = place if place.upper() in destinations() else EVERY
    amounts = {name: _amount(kept, name, currency) for name in FIGURES}
    if sessions and course.get("sessions", sessions) != sessions:
        amounts["own"] = ""
    if country and place not in (EVERY, country.lower()):
        amounts["fare"] = amounts["night"] = ""
    found = {name: text for name, text in amounts.items() if text}
    return {**course, **found, "country": place} if found else {}


def keep_figures(typed: Mapping[str, str], *, currency: str, course: Mapping[str, str | None]) -> None:
    """Keeps the figures of a form that was sent by its address; sent without any, they are forgotten.

    `typed` holds those that are the reader's own, `course` the home, sessions, gap and country they are for.
    """
    if request.method != "GET" or not any(name in request.args for name in FIGURES):
        return
    values = {**typed, "currency": currency, **{name: of for name, of in course.items() if of}}
    text = urlencode(values) if typed else ""
    if text != request.cookies.get(COURSE, ""):
        _send(text)


def _send(text: str) -> None:
    @after_this_request
    def with_cookie(response: Response) -> Response:
        if text:
            response.set_cookie(COURSE, text, samesite="Lax", secure=request.is_secure, httponly=True)
        else:
            response.delete_cookie(COURSE, samesite="Lax", secure=request.is_secure, httponly=True)
        return response


def _fits(kept: Mapping[str, str], name: str, high: int) -> bool:
    text = kept.get(name, "")
    return text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= high


def _amount(kept: Mapping[str, str], name: str, currency: str) -> str:
    """Returns a kept amount as it is typed in this currency; empty for what is none."""
    of = kept.get("currency", "")
    try:
        if not exchange.has_rate(of):
            return ""
        minor = read_amount(kept[name], of)
    except (KeyError, NotAnAmount):
        return ""
    if not minor and name == "own":
        return ""
    return kept[name] if of == currency else as_typed(half_up(exchange.exact(minor, of, currency)), currency)
