"""The choices of the form's lists in the reader's language and order, and the fields that choose from them."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Unpack

from babel.dates import format_date
from babel.numbers import get_currency_name
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from marketplace.catalogue import exchange, geography
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.queries import price_ranges
from marketplace.clinics.market import countries_offering
from marketplace.foundation import clock
from marketplace.web.filters import country_name
from marketplace.web.forms.base import FieldOptions

Choices = list[tuple[str, str]]
ANY = "any"
MONTHS_AHEAD = 18


def homes() -> Choices:
    """Returns every country of the world, by name."""
    return [("", _("Select a country")), *by_name((code, country_name(code)) for code in geography.everywhere())]


def browsers_home() -> str:
    """Returns the country of the first of the browser's languages that names one; empty without one."""
    regions = (tag.replace("_", "-").rpartition("-")[2].upper() for tag, _quality in request.accept_languages)
    return next((code for code in regions if code in geography.everywhere()), "")


def destinations(treatment: Treatment | None) -> Choices:
    """Returns the countries with prices or clinics for the treatment by name, then "Anywhere".

    Without a treatment it returns all countries.
    """
    known = set(geography.destinations())
    if treatment is not None:
        known &= {found.country for found in price_ranges(treatment.slug)} | countries_offering(treatment.slug)
    countries = by_name((code, country_name(code)) for code in known)
    return [*countries, (ANY, _("Anywhere"))]


def page_language() -> str:
    """Returns the code of the language this page is written in."""
    return str(get_locale().language) if get_locale() else "en"


def currency_choices() -> Choices:
    """Returns the currencies of the home countries, the euro and the US dollar, with name and code."""
    codes = {country.currency for country in geography.homes().values()} | {"EUR", "USD"}
    return by_name((code, _currency_label(code)) for code in codes)


def _currency_label(code: str) -> str:
    name = get_currency_name(code, locale=get_locale() or "en")
    return _("%(name)s (%(code)s)", name=name, code=code)


def currency_of_home(home: str | None) -> str:
    """Returns the currency of the home country; the euro where that is none of the choices."""
    country = geography.homes().get(home or "")
    return country.currency if country else exchange.EURO


def months() -> Choices:
    """Returns this month and those after it, as YYYY-MM and name."""
    first = clock.today().replace(day=1)
    ahead = [_month(first, n) for n in range(MONTHS_AHEAD)]
    return [("", _("Not decided")), *((f"{month:%Y-%m}", month_name(month)) for month in ahead)]


def month_ahead(ahead: int) -> str:
    """Returns the month that is `ahead` months after this one, as YYYY-MM."""
    return f"{_month(clock.today().replace(day=1), ahead):%Y-%m}"


def month_name(month: date) -> str:
    """Returns the month and year in words, such as February 2026."""
    return format_date(month, format="MMMM y", locale=get_locale() or "en")


def month_of(value: str | None) -> date | None:
    """Returns the first day of a month written as YYYY-MM; None for an empty value."""
    return date.fromisoformat(f"{value}-01") if value else None


def _month(first: date, ahead: int) -> date:
    years, month = divmod(first.month - 1 + ahead, 12)
    return date(first.year + years, month + 1, 1)


def by_name(choices: Iterable[tuple[str, str]]) -> Choices:
    """Returns the choices in the order of their names."""
    return sorted(choices, key=lambda choice: _plain(choice[1]))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


class ListOptions(FieldOptions, total=False):
    """The options of a field, and its choices; a function is called when the form is made."""

    choices: Choices | Callable[[], Choices]


class _Listed(SelectField):
    """A field for one value of a list. `message` is shown for none, `unlisted` for one that is not on the list."""

    def __init__(self, label: str, message: str = "", *, unlisted: str = "", **options: Unpack[ListOptions]) -> None:
        super().__init__(label, **options)
        self.message, self.unlisted = message, unlisted

    def pre_validate(self, _form: BaseForm) -> None:
        """Checks the value; one that is not on the list counts as none. Raises StopValidation."""
        if self.data not in {choice[0] for choice in self.choices or ()}:
            is_typed = self.data not in (None, "")
            self.data = None
            if is_typed and self.unlisted:
                raise StopValidation(self.unlisted)
        if self.data in (None, "") and self.message:
            raise StopValidation(self.message)


class OneOf(_Listed, RadioField):
    """Radio buttons for one value of a short list."""


class OneOfMany(_Listed):
    """A select for one value of a list that is too long for radio buttons."""


class SomeOf(SelectMultipleField):
    """Checkboxes for at least one value of a list, and no more than `most`."""

    def __init__(
        self,
        label: str,
        message: str = "",
        *,
        most: int | None = None,
        too_many: str = "",
        **options: Unpack[ListOptions],
    ) -> None:
        super().__init__(label, **options)
        self.message, self.most, self.too_many = message, most, too_many

    def pre_validate(self, _form: BaseForm) -> None:
        """Drops values that are not on the list, but counts them towards `most`. Raises StopValidation."""
        sent = list(dict.fromkeys(self.data or ()))
        listed = {choice[0] for choice in self.iter_choices()}
        self.data = [value for value in sent if value in listed]
        if self.most and len(sent) > self.most:
            raise StopValidation(self.too_many)
        if not self.data and self.message:
            raise StopValidation(self.message)
