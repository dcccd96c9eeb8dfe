"""How the quote form asks for each kind of field: the form field, its words, and conversion in both directions."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask_babel import LazyString
from wtforms import Field, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import Length, Optional

from marketplace.foundation.values.amounts import as_typed
from marketplace.quotes.fields import Kind, QuoteField, QuoteValue
from marketplace.web.dashboard.quote_fields import (
    AmountField,
    CountField,
    DayField,
    Needed,
    PickField,
    PickSomeField,
    StatedField,
    listed,
    stated_choice,
)
from marketplace.words.quote import INCLUDED, PRACTITIONER_ROLES

F = TypeVar("F")
Rule = Callable[[BaseForm, F], None]

# The choices of each list; the procedures depend on the lead.
CHOICES: Mapping[str, Mapping[str, LazyString]] = {
    "practitioner_role": PRACTITIONER_ROLES.clinic,
    "included": INCLUDED.clinic,
    "excluded": INCLUDED.clinic,
}


def _needed(about: QuoteField) -> list[Rule[Field]]:
    return [Needed(about.missing)] if about.missing else []


def _text_rules(about: QuoteField) -> list[Rule[StringField]]:
    return [*_needed(about), Length(max=about.high or -1, message=about.outside)]


def _choices(about: QuoteField) -> list[tuple[str, str]]:
    return listed(CHOICES.get(about.name, {}).items())


# The field of the form for each kind, with its rules.
MAKE: Mapping[Kind, Callable[[QuoteField], Field]] = {
    Kind.AMOUNT: lambda it: AmountField(it.label, none_is_zero=it.none_is_zero, validators=[*_needed(it)]),
    Kind.COUNT: lambda it: CountField(it.label, words=it.missing, optional=not it.required),
    Kind.STATED: lambda it: StatedField(it.label),
    Kind.LINE: lambda it: StringField(it.label, validators=_text_rules(it)),
    Kind.TEXT: lambda it: TextAreaField(it.label, validators=_text_rules(it)),
    Kind.DAY: lambda it: DayField(it.label, validators=_needed(it) or [Optional()]),
    Kind.CHOICE: lambda it: PickField(it.label, choices=_choices(it)),
    Kind.SOME: lambda it: PickSomeField(it.label, choices=_choices(it)),
}


def value_in(field: Field, about: QuoteField, currency: str) -> QuoteValue:
    """Returns the value of a field without errors; an empty field gives the default of the quote's terms."""
    match field:
        case AmountField():
            value: QuoteValue = field.minor(currency)
        case CountField():
            value = field.number
        case StatedField():
            value = field.stated
        case PickSomeField():
            value = tuple(field.data or ())
        case _:
            value = field.data
    return about.default if value in (None, "") else value


def shown_in(about: QuoteField, value: QuoteValue, currency: str) -> QuoteValue | list[str]:
    """Returns the data that a form field needs to show a value of the terms."""
    match value:
        case None if about.kind == Kind.STATED:
            return stated_choice(None)
        case bool():
            return stated_choice(value)
        case int() if about.kind == Kind.AMOUNT:
            is_open = value == about.default or (value == 0 and not about.none_is_zero)
            return "" if is_open else as_typed(value, currency)
        case int():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value
