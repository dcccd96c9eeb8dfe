"""The terms of a quote: each field has one description, used by form, pages, comparison, emails and records."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _l

from marketplace.catalogue.trip_plans import MAX_GAP, MAX_SESSIONS
from marketplace.quotes.fields import (
    DATES,
    DEPOSIT,
    EXTRAS,
    MAX_TEXT,
    PEOPLE,
    PRICE,
    PRODUCT,
    RISE,
    SESSIONS,
    TOTAL,
    TRIPS,
    VALIDITY,
    WORDS,
    amount,
    choice,
    count,
    day,
    described,
    line,
    own,
    some,
    stated,
    text,
)
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_plans import MAX_NIGHTS

VALID_DAYS = (7, 90)
UNDECIDED = _l("Decided after consultation")  # what a clinic may write for the product

# The words of the clinic's form come first, the patient's after them. The order is that of the patient's page, and
# within each of its parts that of the form.


# A treatment has words of its own for its product (catalogue/particulars.py): pages show those.


@dataclass(frozen=True, kw_only=True)
class QuoteTerms:
    """Everything that a quote states; money in minor units of `currency`, None is "not stated"."""

    procedure_id: Annotated[UUID, choice(PRODUCT, _l("Procedure"), counted=False)]
    currency: Annotated[str, own(PRICE, _l("Currency"), counted=False)]
    sessions: Annotated[
        int,
        count(
            SESSIONS,
            _l("Number of sessions"),
            missing=_l("Enter the number of sessions"),
            low=1,
            high=MAX_SESSIONS,
            outside=_l("Sessions must be between %(low)s and %(high)s", low=1, high=MAX_SESSIONS),
        ),
    ]
    price_per_session: Annotated[
        int,
        amount(
            PRICE,
            _l("Price of one session, in %(currency)s"),
            patient=_l("Sessions"),
            operator=_l("price of one session"),
            missing=_l("Enter the price of one session"),
        ),
    ]
    discount: Annotated[
        int, amount(PRICE, _l("Discount, in %(currency)s"), patient=_l("Discount"), none_is_zero=True, counted=False)
    ] = 0
    total: Annotated[
        int,
        amount(TOTAL, _l("Total for all sessions, in %(currency)s"), missing=_l("Enter the total for all sessions")),
    ]
    valid_until: Annotated[
        date,
        day(
            VALIDITY,
            _l("Price valid until"),
            hint=_l("%(first)s to %(last)s days from today", first=VALID_DAYS[0], last=VALID_DAYS[1]),
            missing=_l("Enter the last day of this price"),
        ),
    ]
    product: Annotated[
        str,
        line(
            PRODUCT,
            _l("Product"),
            patient=_l("Product"),
            operator=_l("product"),
            missing=_l("Enter the product, or “%(undecided)s”", undecided=UNDECIDED),
            carried=True,
        ),
    ]
    product_sealed: Annotated[
        bool | None,
        stated(
            PRODUCT,
            _l("Is the product shown to the patient?"),
            patient=_l("Product shown to you"),
            carried=True,
        ),
    ] = None
    deposit: Annotated[
        int,
        amount(
            DEPOSIT,
            _l("Deposit, in %(currency)s"),
            patient=_l("Deposit"),
            hint=_l("0 for none"),
            missing=_l("Enter the deposit, 0 for none"),
            none_is_zero=True,
        ),
    ]
    deposit_refundable_until: Annotated[
        date | None, day(DEPOSIT, _l("Deposit refundable until"), patient=_l("Deposit back until"), counted=False)
    ] = None
    refund_if_refused: Annotated[
        bool | None,
        stated(
            DEPOSIT,
            _l("Refunded if the doctor refuses on the day?"),
            patient=_l("Refund if the doctor refuses on the day"),
            carried=True,
        ),
    ] = None
    taxes_included: Annotated[
        bool | None, stated(PRICE, _l("Are taxes included?"), patient=_l("Taxes included"), carried=True)
    ] = None
    practitioner_role: Annotated[str, choice(PEOPLE, _l("Who treats"), patient=_l("Who treats you"), carried=True)]
    practitioner_name: Annotated[
        str | None, line(PEOPLE, _l("Name"), patient=_l("Name"), operator=_l("name of who treats"), carried=True)
    ] = None
    practitioner_register: Annotated[
        str | None, line(PEOPLE, _l("Register number"), patient=_l("Register number"), width="20", carried=True)
    ] = None
    trips: Annotated[
        int,
        count(
            TRIPS,
            _l("Trips needed"),
            patient=_l("Trips"),
            missing=_l("Enter the number of trips"),
            low=1,
            high=MAX_SESSIONS,
            outside=_l("Trips must be between %(low)s and %(high)s", low=1, high=MAX_SESSIONS),
        ),
    ]
    nights_per_trip: Annotated[
        int,
        count(
            TRIPS,
            _l("Nights per trip"),
            missing=_l("Enter the nights per trip, 0 for none"),
            low=0,
            high=MAX_NIGHTS,
            outside=_l("Nights must be between %(low)s and %(high)s", low=0, high=MAX_NIGHTS),
        ),
    ]
    session_gap_weeks: Annotated[
        int | None,
        count(
            TRIPS,
            _l("Shortest gap between sessions, in weeks"),
            patient=_l("Shortest gap between sessions"),
            missing=_l("Enter the gap as a number of weeks"),
            low=1,
            high=MAX_GAP,
            outside=_l("The gap must be between %(low)s and %(high)s weeks, or not stated", low=1, high=MAX_GAP),
        ),
    ] = None
    earliest_date: Annotated[
        date | None, day(DATES, _l("Earliest date"), patient=_l("Earliest date"), counted=False)
    ] = None
    included: Annotated[
        tuple[str, ...], some(EXTRAS, _l("Included"), patient=_l("Included"), compared=True, carried=True)
    ] = ()
    excluded: Annotated[
        tuple[str, ...], some(EXTRAS, _l("Not included"), patient=_l("Not included"), counted=False, carried=True)
    ] = ()
    price_may_change_by: Annotated[
        int | None,
        amount(
            RISE,
            _l("Price may rise after you are examined by at most, in %(currency)s"),
            patient=_l("Could change after you are examined by at most"),
            operator=_l("possible rise"),
            hint=_l("0 if the price cannot change"),
            none_is_zero=True,
        ),
    ] = None
    if_something_goes_wrong: Annotated[
        str | None,
        text(
            EXTRAS,
            _l("If something goes wrong: contact, review visit, insurance"),
            patient=_l("If something goes wrong"),
            operator=_l("if something goes wrong"),
            compared=True,
            carried=True,
        ),
    ] = None
    message: Annotated[
        str,
        text(
            WORDS,
            _l("Message to the patient"),
            operator=_l("message to the patient"),
            outside=_l("The message must be %(n)s characters or fewer", n=MAX_TEXT),
            counted=False,
        ),
    ] = ""
    answers: Annotated[tuple[str, ...], own(WORDS, _l("Answers"), counted=False)] = ()


FIELDS = {field.name: described(field) for field in fields(QuoteTerms)}
STORED = tuple(name for name, about in FIELDS.items() if about.column == name)
ITEMS = tuple(name for name, about in FIELDS.items() if about.counted)  # what makes a quote complete


def is_undecided(product: str) -> bool:
    """Returns whether the text for the product is none, or says that it is not decided."""
    return product.strip().casefold() in {"", str(UNDECIDED).casefold()}


def missing_items(quote: object) -> list[str]:
    """Returns the items that a quote, or its terms, leaves out of those that make it complete."""
    return [item for item in ITEMS if getattr(quote, item) in (None, "", [], ())]


def terms_of(quote: Quote) -> QuoteTerms:
    """Returns the terms of a stored quote. Raises CannotOpen."""
    box = quote.lead.request.box
    values = {name: getattr(quote, name) for name in STORED}
    values |= {name: tuple(values[name]) for name in ("included", "excluded")}
    message = box.open("quote.message_sealed", quote.message_sealed, row=quote.id) if quote.message_sealed else ""
    answers = (
        tuple(box.open("quote.answers_sealed", quote.answers_sealed, row=quote.id)) if quote.answers_sealed else ()
    )
    return QuoteTerms(**values, message=message, answers=answers)
