"""The home country and the currency that a reader chose on a page: kept until the browser closes.

They stand in plain cookies beside those of the preferences, which last longer and give way to them.
"""

from flask import Response, after_this_request, request
from werkzeug.wrappers import Response as BaseResponse

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import DEFAULT_HOME, homes
from marketplace.web.forms.visit_figures import FIGURES
from marketplace.web.http.page_key import VISIT_CURRENCY, VISIT_HOME


def chosen_home() -> str:
    """Returns the home, as alpha-2 code, that the reader chose: in the address, in this visit, or as a preference.

    Returns an empty text where nobody chose.
    """
    return _first_home(request.args.get("home"), kept_home(), request.cookies.get("home"))


def kept_home() -> str:
    """Returns the home that the reader chose earlier in this visit; empty without one."""
    return _first_home(request.cookies.get(VISIT_HOME))


def chosen_currency() -> str:
    """Returns the currency that the reader chose, one with a reference rate; empty for that of the home country."""
    asked = "" if follows_home() else request.args.get("currency")
    return _first_currency(asked, request.cookies.get(VISIT_CURRENCY), request.cookies.get("currency"))


def follows_home() -> bool:
    """Returns whether the form was sent with another home, and the currency of the former one left as it was.

    With amounts typed in that currency it stays.
    """
    former, home = _first_home(request.args.get("home_was")), _first_home(request.args.get("home"))
    if not former or not home or former == home or any(map(_is_own, FIGURES)):
        return False
    return request.args.get("currency", "").upper() == currency_of(former)


def currency_of(home: str) -> str:
    """Returns the currency of a home country; the euro where it has no rate."""
    return exchange.shown_currency(homes()[home].currency)


def keep_home(code: str) -> None:
    """Keeps this home country, an alpha-2 code, for the visit; one that pages cannot count from is left out."""
    if code in homes():

        @after_this_request
        def with_home(response: Response) -> Response:
            _send(response, VISIT_HOME, code)
            return response


def keep_chosen(response: Response) -> None:
    """Keeps what a form sent by its address chose, a currency only where it is not the one that is shown without."""
    if home := _first_home(request.args.get("home")):
        _send(response, VISIT_HOME, home)
    if follows_home():
        _send(response, VISIT_CURRENCY, "")
    elif asked := _first_currency(request.args.get("currency")):
        usual = _first_currency(request.cookies.get("currency")) or currency_of(chosen_home() or DEFAULT_HOME)
        _send(response, VISIT_CURRENCY, "" if asked == usual else asked)


def forget(response: BaseResponse, *names: str) -> None:
    """Deletes these cookies of the visit."""
    for name in names:
        response.delete_cookie(name, samesite="Lax", secure=request.is_secure, httponly=True)


def _send(response: Response, name: str, value: str) -> None:
    """Sends the cookie where the reader's is another; an empty value deletes it."""
    if value == request.cookies.get(name, ""):
        return
    if value:
        response.set_cookie(name, value, samesite="Lax", secure=request.is_secure, httponly=True)
    else:
        forget(response, name)


def _first_home(*given: str | None) -> str:
    return next((code for code in ((each or "").upper() for each in given) if code in homes()), "")


def _first_currency(*given: str | None) -> str:
    return next((code for code in (each.upper() for each in given if each) if exchange.has_rate(code)), "")


def _is_own(figure: str) -> bool:
    typed = request.args.get(figure, "").strip()
    return bool(typed) and typed != request.args.get(f"{figure}_was")
