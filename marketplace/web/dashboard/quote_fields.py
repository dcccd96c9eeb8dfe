"""Fields that only a quote has: amounts as people type them, and answers that may be "not stated"."""

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
    """The words for "not stated" and an empty answer are the same."""
    return "" if isinstance(value, str) and value.strip().lower() in UNSTATED else value


def zero_for_none(value: str | None) -> str | None:
    """The words for none of it are the amount 0."""
    return "0" if isinstance(value, str) and value.strip(" .").lower() in NO_AMOUNT else value


class AmountField(StringField):
    """Money in whole units of the form's currency, kept as it was typed."""

    def __init__(self, label: str, *, none_is_zero: bool = False, **options: Unpack[FieldOptions]) -> None:
        options["filters"] = [*options.get("filters", ()), *((zero_for_none,) if none_is_zero else ())]
        super().__init__(label, **options)

    def pre_validate(self, form: BaseForm) -> None:
        """Read by the one rule for money, and refused in its words."""
        if not self.data:
            return
        try:
            read_amount(self.data, cast(InCurrency, form).currency_code)
        except NotAnAmount as problem:
            words = _("%(label)s: %(problem)s", label=self.label.text, problem=in_words(problem))
            raise StopValidation(words) from problem

    def minor(self, currency: str) -> int | None:
        """Minor units; None while empty."""
        return read_amount(self.data, currency) if self.data else None


class CountField(StringField):
    """A whole number, kept as it was typed."""

    def __init__(
        self, label: str, *, words: str | None, optional: bool = False, **options: Unpack[FieldOptions]
    ) -> None:
        options["filters"] = [*options.get("filters", ()), blank_unstated]
        super().__init__(label, **options)
        self.words, self.optional = words, optional

    def pre_validate(self, form: BaseForm) -> None:
        """Digits only, and no more than anyone means."""
        if not self.data and self.optional:
            return
        if not (self.data and self.data.isascii() and self.data.isdigit() and len(self.data) <= 3):
            raise StopValidation(str(self.words))

    @property
    def number(self) -> int | None:
        """The number; None while empty."""
        return int(self.data) if self.data else None


def listed(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Codes and their words, as a list to choose from."""
    return list(pairs)


class DayField(DateField):
    """A day as the browser sends it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Anything else is said to be no date."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date, like 2026-09-27")) from error


class PickField(SelectField):
    """One of a list."""

    def pre_validate(self, form: BaseForm) -> None:
        """Whatever is not on it is refused in plain words."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise StopValidation(_("Select one from the list")) from error


class PickSomeField(SelectMultipleField):
    """Some of a list."""

    def pre_validate(self, form: BaseForm) -> None:
        """Whatever is not on it is refused in plain words."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise StopValidation(_("Select from the list only")) from error


class StatedField(PickField):
    """Yes, no, or not stated."""

    def __init__(self, label: str, **options: Unpack[FieldOptions]) -> None:
        options["filters"] = [*options.get("filters", ()), blank_unstated]
        super().__init__(label, **({"default": ""} | options))
        self.choices = listed([("", _l("Not stated")), ("yes", _l("Yes")), ("no", _l("No"))])

    @property
    def stated(self) -> bool | None:
        """None for "not stated"."""
        return {"yes": True, "no": False}.get(self.data or "")


def stated_choice(value: bool | None) -> str:
    """The other way."""
    return "" if value is None else "yes" if value else "no"


class Needed:
    """The field must be filled in, and says how."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Nothing but space counts as empty."""
        if not field.data and not field.errors:
            raise StopValidation(str(self.words))
