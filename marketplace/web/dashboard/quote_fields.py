"""Form fields that only a quote has: amounts as people type them, and answers that may be "not stated"."""

from collections.abc import Iterable
from typing import Unpack, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectField, SelectMultipleField, StringField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError

from marketplace.foundation.values.amounts import NotAnAmount, in_words, read_amount
from marketplace.web.forms.base import FieldOptions
from marketplace.web.forms.query import InCurrency

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


class DayField(DateField):
    """A day in the form that the browser sends."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the day. Raises ValueError, with words that show the form of a date, for anything else."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date, like 2026-09-27")) from error


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
