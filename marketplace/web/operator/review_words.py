"""What a review item knows, in words: its codes and numbers, and which of them are amounts in its currency."""

from flask_babel import lazy_gettext as _l

from marketplace.web.words import PRICE_REASONS

# What a review item knows: codes, numbers, and amounts in its currency.
DETAIL = {
    "field": _l("Where"),
    "price": _l("Price a session"),
    "low": _l("Usual from"),
    "high": _l("Usual to"),
    "total": _l("Total"),
    "amount": _l("Stored amount"),
    "basis": _l("Compared with"),
    "reason": _l("Reason"),
    "days": _l("Days"),
}
CODES = {
    **PRICE_REASONS,
    "own_list": _l("the clinic's own list"),
    "country": _l("the range of its country"),
    "price_per_session": _l("price of one session"),
    "price_may_change_by": _l("possible rise"),
    "budget": _l("budget"),
    "message": _l("message to the patient"),
    "if_something_goes_wrong": _l("if something goes wrong"),
    "product": _l("product"),
    "practitioner_name": _l("name of who treats"),
    "question": _l("question to the patient"),
    "body": _l("reply to the patient"),
    "request": _l("the whole request"),
}
AMOUNTS = {"price", "low", "high", "total", "amount"}
