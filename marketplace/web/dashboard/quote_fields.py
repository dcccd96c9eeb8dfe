"""The fields of the quote form: one for each kind of term, its words, and conversion in both directions."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, Unpack, cast

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from marketplace.foundation.values.amounts import NotAnAmount, as_typed, in_words, read_amount
from marketplace.quotes.fields import Kind, QuoteField, QuoteValue
from marketplace.web.forms.base import DayField, FieldOptions
from marketplace.web.forms.query import InCurrency
from marketplace.words.lead import INCLUDED, PRACTITIONER_ROLES

NO_AMOUNT = {"none", "no", "nil", "zero", "nothing", "no deposit", "no discount"}
UNSTATED = {"not stated", "not_stated", "none", "unknown"}


def blank_unstated(value: str | None) -> str | None:
    """Returns an empty text where the answer is the words for "not stated", else the answer unchanged."""
    return "" if isinstance(value, str) and value.strip().lower() in UNSTATED else value


def zero_for_none(value: str | None) -> str | None:
    """Returns 0 where the amount is written as the words for none, else the amount unchanged."""
    return "0" if isinstance(value, str) and value.strip(" .").lower() in NO_AMOUNT else value


class AmountField(StringField):
    """An amount of money in the form's currency, in whole units; shown again as it was typed."""

    def __init__(self, label: str, *, none_is_zero: bool = False, **options: Unpack[FieldOptions]) -> None:
        options["filters"] = [*options.get("filters", ()), *((zero_for_none,) if none_is_zero else ())]
        super().__init__(label, **options)

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that the text can be read as an amount. Raises StopValidation in the words of the rule for money."""
        if not self.data:
            return
        try:
            read_amount(self.data, cast(InCurrency, form).currency_code)
        except NotAnAmount as problem:
            words = _("%(label)s: %(problem)s", label=self.label.text, problem=in_words(problem))
            raise StopValidation(words) from problem

    def minor(self, currency: str) -> int | None:
        """Returns the amount in minor units; None while the field is empty. Raises NotAnAmount."""
        return read_amount(self.data, currency) if self.data else None


class CountField(StringField):
    """A whole number; shown again as it was typed."""

    def __init__(
        self, label: str, *, words: str | None, optional: bool = False, **options: Unpack[FieldOptions]
    ) -> None:
        options["filters"] = [*options.get("filters", ()), blank_unstated]
        super().__init__(label, **options)
        self.words, self.optional = words, optional

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that the text is one to three digits, or empty where it is optional. Raises StopValidation."""
        if not self.data and self.optional:
            return
        if not (self.data and self.data.isascii() and self.data.isdigit() and len(self.data) <= 3):
            raise StopValidation(str(self.words))

    @property
    def number(self) -> int | None:
        """Returns the number; None while the field is empty."""
        return int(self.data) if self.data else None


def listed(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns codes and their words as the choices of a list, in the order given."""
    return list(pairs)


class PickField(SelectField):
    """A choice of one value from a list."""

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that the value is on the list. Raises StopValidation in plain words."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise StopValidation(_("Select one from the list")) from error


class PickSomeField(SelectMultipleField):
    """A choice of any number of values from a list."""

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that every value is on the list. Raises StopValidation in plain words."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise StopValidation(_("Select from the list only")) from error


class StatedField(PickField):
    """An answer of yes, no or not stated."""

    def __init__(self, label: str, **options: Unpack[FieldOptions]) -> None:
        options["filters"] = [*options.get("filters", ()), blank_unstated]
        super().__init__(label, **({"default": ""} | options))
        self.choices = listed([("", _l("Not stated")), ("yes", _l("Yes")), ("no", _l("No"))])

    @property
    def stated(self) -> bool | None:
        """Returns True or False; None for "not stated"."""
        return {"yes": True, "no": False}.get(self.data or "")


def stated_choice(value: bool | None) -> str:
    """Returns the choice of a StatedField that stands for True, False or None."""
    return "" if value is None else "yes" if value else "no"


class Needed:
    """A validator: the field must be filled in; the message is the one it was made with."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Checks the field; white space counts as empty. Raises StopValidation."""
        if not field.data and not field.errors:
            raise StopValidation(str(self.words))


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
