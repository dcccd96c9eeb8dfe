"""Quotes side by side; the state of the page is in its address."""

from flask import render_template, request

from marketplace.foundation.money import NotAnAmount, parse_amount
from marketplace.quotes.side_by_side import currency_of, side_by_side
from marketplace.web.patient.door import door
from marketplace.web.patient.holding import held

VIEWS = {"total", "treatment"}


def _numbers() -> list[int]:
    return [int(text) for text in request.args.getlist("quotes") if text.isascii() and text.isdigit() and len(text) < 5]


def _amount(name: str, currency: str) -> int | None:
    """The reader's own figure; what is no amount counts as not given."""
    try:
        return parse_amount(request.args.get(name, ""), currency)
    except NotAnAmount:
        return None


@door.get("/my/requests/<ref>/compare")
def compare_quotes(ref: str) -> str:
    """The server renders the chosen columns; five at most."""
    quote_request = held()
    currency = currency_of(quote_request)
    view = request.args.get("view", "total")
    found = side_by_side(
        quote_request,
        numbers=_numbers()[:5],
        view=view if view in VIEWS else "total",
        fare=_amount("fare", currency),
        night=_amount("night", currency),
    )
    return render_template(
        "patient/request/compare.html",
        quote_request=quote_request,
        found=found,
        view=view if view in VIEWS else "total",
        typed=request.args,
    )
