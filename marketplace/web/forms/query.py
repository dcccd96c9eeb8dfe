"""Forms in the address, and the tabs and filters of lists. Of a form, a value that cannot be used is shown with its
error, and the default is used instead."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Protocol, Unpack, cast

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectFieldBase
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import Select, html_params

from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount, as_typed, in_words, read_amount
from marketplace.foundation.values.money import half_up
from marketplace.web.filters import MAX_KEPT
from marketplace.web.forms.base import FieldOptions, Form


class QueryForm(Form):
    """A form sent by GET; errors never keep the page from being shown."""

    class Meta(Form.Meta):
        """Carries no CSRF token, as the form changes nothing."""

        csrf = False


def form_errors(form: QueryForm) -> Markup | None:
    """Returns the summary of a form's errors, to stand on top of the page; None where it has none."""
    summary = get_template_attribute("components/error_summary.html", "form_errors")
    return Markup("{}").format(summary(form)) if form.errors else None


class QueryCount(StringField):
    """A whole number between two bounds; shown again as it was typed."""

    def __init__(
        self, label: str, *, low: int = 1, high: int, usual: int | None = None, **options: Unpack[FieldOptions]
    ) -> None:
        options.setdefault("default", "" if usual is None else str(usual))
        super().__init__(label, **options)
        self.low, self.high, self.usual = low, high, usual

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that the text is digits and within the bounds. Raises StopValidation."""
        if self._submitted() and self._read() is None:
            words = _("%(label)s: enter a whole number from %(low)s to %(high)s", **self._words())
            raise StopValidation(words)

    def _words(self) -> dict[str, str | int]:
        return {"label": self.label.text, "low": self.low, "high": self.high}

    def _submitted(self) -> str:
        return (self.data or "").strip()

    def _read(self) -> int | None:
        text = self._submitted()
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            return None
        return int(text) if self.low <= int(text) <= self.high else None

    @property
    def number(self) -> int | None:
        """Returns the number typed, or the usual one where that cannot be used."""
        found = None if self.errors else self._read()
        return self.usual if found is None else found


class InCurrency(Protocol):
    """A form whose amounts are all in one currency."""

    currency_code: str


class QueryAmount(StringField):
    """An amount in whole units of the form's currency, shown as typed; empty means our estimate is used."""

    above_zero = False
    estimate: str | None = None  # our estimate, as the field shows it

    def pre_validate(self, form: BaseForm) -> None:
        """Checks that the text is an amount. Raises StopValidation or ValidationError."""
        if not (self.data or "").strip():
            return
        try:
            minor = read_amount(self.data or "", cast(InCurrency, form).currency_code)
        except NotAnAmount as problem:
            raise StopValidation(self._why(problem)) from problem
        if self.above_zero and not minor:
            raise ValidationError(_("%(label)s: enter an amount above 0", label=self.label.text))

    def _why(self, problem: NotAnAmount) -> str:
        if problem.problem == AmountProblem.NOT_A_NUMBER:
            return _("%(label)s: enter an amount, like 150 or 150.50", label=self.label.text)
        return _("%(label)s: %(problem)s", label=self.label.text, problem=in_words(problem))

    def minor(self, currency: str) -> int | None:
        """Returns the amount in minor units; None while it is empty or cannot be used."""
        typed = not self.errors and (self.data or "").strip()
        return read_amount(self.data or "", currency) if typed else None


class QueryPrice(QueryAmount):
    """A price, which must be above 0."""

    above_zero = True


class OptionList(Select):
    """A list to choose from; each option is written once and kept, as WTForms takes long over them."""

    def __call__(self, field: SelectFieldBase, **attributes: object) -> Markup:
        """Returns the list as HTML; options have a value and a label, no attributes of their own."""
        choices = cast(SelectField, field).choices or ()
        options = [_option(str(choice[0]), str(choice[1]), choice[0] == field.data) for choice in choices]
        given = html_params(name=field.name, **{"id": field.id, **attributes})
        return Markup("<select {}>{}</select>").format(given, Markup("").join(options))


@lru_cache(MAX_KEPT)
def _option(value: str, label: str, is_chosen: bool) -> Markup:
    return Markup('<option{} value="{}">{}</option>').format(" selected" if is_chosen else "", value, label)


class QueryChoice(SelectField):
    """A choice from a list; an error names any other value, as the list cannot show it."""

    widget = OptionList()

    def pre_validate(self, form: BaseForm) -> None:
        """Checks the value; any other gives way to the field's default. Raises StopValidation."""
        if self.data is None or any(self.data == choice[0] for choice in self.choices or ()):
            return
        typed, self.data = self.data, self.default
        raise StopValidation(_("%(label)s: “%(value)s” is not on the list", label=self.label.text, value=typed))


def amount_text(minor: Fraction, currency: str) -> str:
    """Returns an exact amount of minor units as it is typed into a field: 172, 171.58."""
    return as_typed(half_up(minor), currency)


def keep_estimate(field: Field, was: str | None, estimate: str | None) -> None:
    """Fills a field with our estimate (none: leaves it empty), unless the reader typed another figure.

    `was` is the estimate the form was shown with: sent back unchanged it is not the reader's own figure, and makes way
    for the estimate of what is asked for now.
    """
    typed = (field.data or "").strip()
    if not field.errors and typed in {"", was or ""}:
        field.data = estimate or ""


@dataclass(frozen=True)
class Tab:
    """A list beside others; `count` is its number of entries, as "1,000+" where not all are counted, None for none."""

    label: str
    href: str
    is_current: bool
    count: int | str | None = None


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    href: str
