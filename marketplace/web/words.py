"""Codes in plain words: one word per thing, on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_babel import lazy_gettext as _

if TYPE_CHECKING:
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote

ROLES = {
    "dermatologist": _("Dermatologist"),
    "doctor": _("Other doctor"),
    "nurse": _("Nurse under a doctor"),
    "other": _("Other"),
}
PRICE_REASONS = {
    "larger_area": _("A larger area or a longer session than usual"),
    "product": _("A product that costs more or less"),
    "practitioner": _("Treated by a more, or a less, experienced person"),
    "combined": _("Combined with another treatment"),
    "reduced": _("A reduced price for this patient"),
    "new_prices": _("Our price list has changed"),
}
INCLUDED = {
    "hotel": _("Hotel"),
    "transfer": _("Airport transfer"),
    "interpreter": _("Interpreter"),
    "numbing": _("Numbing cream"),
    "aftercare_kit": _("Aftercare kit"),
    "follow_up": _("Follow-up"),
}
DECLINES = {
    "health": _("not suitable on health grounds"),
    "no_dates": _("no appointments at that time"),
    "not_our_treatment": _("does not offer this treatment"),
    "language": _("no shared language"),
}
# Why a quote was withdrawn: as its clinic selects it, and as the patient reads it.
WITHDRAWALS = {
    "mistake": (_("There is a mistake in it"), _("there was a mistake in it")),
    "price": (_("Our price has changed"), _("its price has changed")),
    "no_dates": (_("We have no appointments left at that time"), _("it has no appointments left at that time")),
    "cannot_treat": (_("We cannot treat this patient after all"), _("it cannot treat you after all")),
}
# For staff of a clinic and of the marketplace alike.
LISTING_STATES = {
    "draft": (_("Draft"), None),
    "in_review": (_("In review"), "info"),
    "sent_back": (_("Sent back"), "warn"),
    "published": (_("Published"), "ok"),
    "paused": (_("Paused"), "warn"),
    "suspended": (_("Suspended"), "bad"),
    "closed": (_("Closed"), None),
}
CHECK_STATES = {
    "missing": (_("Missing"), "warn"),
    "submitted": (_("To check"), "info"),
    "passed": (_("Passed"), "ok"),
    "expired": (_("Expired"), "bad"),
    "refused": (_("Refused"), "bad"),
    "revoked": (_("Revoked"), "bad"),
}
LEAD_STATES = {
    "new": (_("Sent"), "info"),
    "opened": (_("Opened"), "info"),
    "asked": (_("Question for you"), "warn"),
    "quoted": (_("Quote received"), "ok"),
    "declined": (_("Declined"), "bad"),
    "expired": (_("No answer"), "bad"),
    "won": (_("Chosen"), "ok"),
    "lost": (_("Ended"), None),
    "revoked": (_("Told to delete"), None),
    "frozen": (_("Stopped"), "bad"),
}
REQUEST_STATES = {
    "draft": (_("Draft"), None),
    "unconfirmed": (_("Not confirmed"), "warn"),
    "open": (_("Open"), "info"),
    "paused": (_("Paused"), "warn"),
    "chosen": (_("Clinic chosen"), "ok"),
    "settled": (_("Settled"), "ok"),
    "expired": (_("Expired"), None),
    "withdrawn": (_("Deleted"), None),
    "closed": (_("Closed"), None),
    "erased": (_("Erased"), None),
}
QUOTE_STATES = {
    "held": (_("Held"), "warn"),
    "sent": (_("Open"), "info"),
    "superseded": (_("Replaced"), None),
    "withdrawn": (_("Withdrawn"), None),
    "expired": (_("Expired"), "warn"),
    "chosen": (_("Chosen"), "ok"),
    "not_chosen": (_("Not chosen"), None),
}
QUOTE_DECLINES = {
    "price": _("The price"),
    "dates": _("The dates"),
    "trips": _("Too many trips, or too far"),
    "product": _("The product"),
    "person": _("Who treats"),
    "elsewhere": _("An offer elsewhere"),
    "not_now": _("No treatment for now"),
}
LOOKS = {
    "health": _("Health answers"),
    "photos": _("Photos"),
    "contact": _("Contact details"),
}
TIMINGS = {
    "month": _("In the next month"),
    "quarter": _("In 1 to 3 months"),
    "later": _("Later"),
    "unknown": _("Not sure yet"),
}
TRIPS = {"1": _("1 trip"), "2": _("2 trips"), "3": _("3 trips or more"), "unknown": _("Not sure yet")}


def lead_label(lead: Lead) -> tuple[Any, str | None]:
    """What a patient calls it: a lead that ended by their own no is named so."""
    return (_("You decided against it"), None) if _is_declined(lead) else LEAD_STATES[lead.state]


def _is_declined(lead: Lead) -> bool:
    return lead.quote_declined_at is not None and lead.state == "lost"


def quote_label(quote: Quote) -> tuple[Any, str | None]:
    """The same for a quote."""
    return (_("You decided against it"), None) if _is_declined(quote.lead) else QUOTE_STATES[quote.state]


def install(app: Flask) -> None:
    """One name in every template, and a filter for lists of what is included."""
    app.jinja_env.filters["included_word"] = lambda code: str(INCLUDED.get(code, code))
    app.jinja_env.globals["words"] = {
        "roles": ROLES,
        "included": INCLUDED,
        "declines": DECLINES,
        "withdrawals": WITHDRAWALS,
        "lead_states": LEAD_STATES,
        "request_states": REQUEST_STATES,
        "quote_states": QUOTE_STATES,
        "quote_declines": QUOTE_DECLINES,
        "lead_label": lead_label,
        "quote_label": quote_label,
        "looks": LOOKS,
        "timings": TIMINGS,
        "trips": TRIPS,
    }
