"""The description of a quote's field, which drives form, conversion, pages, comparison, emails and records.

The descriptions themselves are in the annotations of `QuoteTerms`.
"""

from dataclasses import MISSING, Field, dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, get_args

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

MAX_LINE = 200  # characters of a text of one line
MAX_TEXT = 600  # characters of a text of several
QuoteValue = str | int | date | tuple[str, ...] | None  # what a field holds; a bool is an int


class Kind(StrEnum):
    """The kind of value in a field, which decides how it is asked for, read, shown and compared."""

    AMOUNT = "amount"  # minor units of the quote's currency
    COUNT = "count"
    STATED = "stated"  # yes, no, or not stated
    LINE = "line"  # a text of one line
    TEXT = "text"  # a text of several lines, written for one patient: erased with the request
    DAY = "day"
    CHOICE = "choice"
    SOME = "some"  # several of a list
    OWN = "own"  # like no other: asked for and shown by code of its own


@dataclass(frozen=True)
class Group:
    """Fields that are shown together.

    It names the part of the clinic's form, the card of the patient's page (None: shown apart), the line where a quote
    is chosen, and the change an email names (None: none).
    """

    part: str
    card: str | None
    line: str
    change: str | None


SESSIONS = Group("course", "price", "total", "trips")
TOTAL = Group("course", "price", "total", "price")
VALIDITY = Group("course", None, "validity", "dates")
PRICE = Group("price", "price", "total", "price")
PRODUCT = Group("price", "treatment", "treatment", "treatment")
PEOPLE = Group("people", "treatment", "person", "people")
TRIPS = Group("trips", "treatment", "trips", "trips")
DATES = Group("trips", "treatment", "trips", "dates")
DEPOSIT = Group("deposit", "price", "deposit", "deposit")
EXTRAS = Group("extras", "treatment", "rest", "included")
RISE = Group("extras", "price", "rest", "price")
WORDS = Group("message", None, "rest", None)


@dataclass(frozen=True)
class QuoteField:
    """One field of a quote. `name`, `required` and `default` are those of the field it describes."""

    kind: Kind
    group: Group
    label: LazyString  # on the clinic's form; that of an amount names the %(currency)s
    patient: LazyString | None = None  # on the patient's pages; None: shown with another field
    operator: LazyString | None = None  # where an operator is asked to look at it
    hint: LazyString | None = None
    width: str | None = None  # of the input, in characters
    missing: LazyString | None = None  # what is said where it is not filled in, or is no number
    low: int | None = None  # of a number, or of a text's length
    high: int | None = None
    outside: LazyString | None = None  # what is said beyond them
    none_is_zero: bool = False  # "none" may be typed for the amount 0
    counted: bool = True  # one of the items that make a quote complete
    compared: bool = False  # has a line of its own where quotes are compared
    carried: bool = False  # alike for every patient: filled in as in the clinic's last quote

    name: str = ""
    required: bool = True
    default: QuoteValue = None

    @property
    def form_name(self) -> str:
        """Returns the field's name in the form, which asks for a procedure's slug and not its key."""
        return self.name.removesuffix("_id")

    @property
    def column(self) -> str:
        """Returns the name of the column that stores the field; words to one patient are encrypted."""
        return f"{self.name}_sealed" if self.group == WORDS else self.name

    @property
    def is_for_one_patient(self) -> bool:
        """Returns whether the field is words to this patient, erased with the request."""
        return self.kind == Kind.TEXT or self.group == WORDS

    @property
    def is_typed(self) -> bool:
        """Returns whether the field is a text that the clinic writes."""
        return self.kind in {Kind.LINE, Kind.TEXT}

    @property
    def is_optional(self) -> bool:
        """Returns whether the form marks the field as optional; a list has a choice for that instead."""
        return not self.required and self.kind not in {Kind.STATED, Kind.CHOICE, Kind.SOME}

    def allows(self, value: QuoteValue) -> bool:
        """Returns whether a number, or a text's length, is within the bounds; True for what is not stated."""
        measured = len(value) if isinstance(value, str) else value
        if not isinstance(measured, int):
            return True
        return (self.low is None or measured >= self.low) and (self.high is None or measured <= self.high)


amount = partial(QuoteField, Kind.AMOUNT)
count = partial(QuoteField, Kind.COUNT, width="4")
stated = partial(QuoteField, Kind.STATED)
line = partial(QuoteField, Kind.LINE, high=MAX_LINE, outside=_l("Enter %(n)s characters or fewer", n=MAX_LINE))
text = partial(QuoteField, Kind.TEXT, high=MAX_TEXT, outside=_l("Enter %(n)s characters or fewer", n=MAX_TEXT))
day = partial(QuoteField, Kind.DAY, width="12")
choice = partial(QuoteField, Kind.CHOICE)
some = partial(QuoteField, Kind.SOME)
own = partial(QuoteField, Kind.OWN)


def described(field: Field[Any]) -> QuoteField:
    """Returns the description in the annotation of a dataclass's field. Raises TypeError where there is none."""
    found = [each for each in get_args(field.type) if isinstance(each, QuoteField)]
    if not found:
        raise TypeError(f"{field.name} is not described")
    default = None if field.default is MISSING else field.default
    return replace(found[0], name=field.name, required=field.default is MISSING, default=default)
