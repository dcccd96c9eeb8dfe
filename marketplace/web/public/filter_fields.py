"""The fields of the list of clinics: each is a condition, with the words of its chip, or a place in the list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Unpack

from flask_babel import gettext as _
from wtforms import Field, StringField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from marketplace.catalogue import exchange
from marketplace.clinics.list_cursor import Cursor, read_cursor
from marketplace.foundation.values.cursors import NotACursor
from marketplace.web.filters import money_text
from marketplace.web.forms.base import FieldOptions
from marketplace.web.forms.query import QueryChoice, QueryPrice

MAX_QUERY = 80
MAX_COUNT_SHOWN = 500


class ListFilter(Field):
    """A field that is a condition of `ClinicFilter`, under the same name; `words` are those of its chip."""

    inputmode: str | None = None

    def __init__(self, label: str, *, words: Callable[[str], str], **options: Unpack[FieldOptions]) -> None:
        options.setdefault("default", "")
        super().__init__(label, **options)
        self.words = words

    def condition(self, currency: str) -> str | int | None:
        """Returns the value to look for; None where there is none or it cannot be used."""
        return self.data or None

    def chip(self, currency: str) -> str:
        """Returns the words of the filter's chip."""
        return self.words(str(self.condition(currency)))


class FilterChoice(ListFilter, QueryChoice):
    """A choice of one value from a list; its chip shows the label of the value."""

    def __init__(
        self,
        label: str,
        *,
        words: Callable[[str], str],
        choices: Sequence[tuple[str, str]] = (),
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(label, words=words, **options)
        self.choices = list(choices)

    def chip(self, currency: str) -> str:
        """Returns the words of the chip, made with the label of the chosen value."""
        return self.words(next(label for value, label, *_rest in self.iter_choices() if value == self.data))


class FacetChoice(ListFilter, QueryChoice):
    """A choice among the values of published listings, each with name and count; the address holds the value."""

    names: Callable[[str], str]

    def __init__(
        self, label: str, *, names: Callable[[str], str], words: Callable[[str], str], **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(label, words=words, **options)
        self.names = names

    def show(self, counts: Iterable[tuple[str, int]]) -> None:
        """Offers the values with their counts."""
        self.choices = [("", _("Any")), *((value, f"{self.names(value)} ({_counted(n)})") for value, n in counts)]

    def chip(self, currency: str) -> str:
        """Returns the words of the chip, made with the name of the chosen value."""
        return self.words(self.names(self.data))


class CountryChoice(FacetChoice):
    """A choice of a country; its code is in lower case in the address."""

    def condition(self, currency: str) -> str | None:
        """Returns the country's code in upper case, as listings have it; None without one."""
        return (self.data or "").upper() or None

    def show(self, counts: Iterable[tuple[str, int]]) -> None:
        """Offers the codes in lower case, as the address has them, with their counts."""
        super().show((code.lower(), n) for code, n in counts)


class FilterText(ListFilter, StringField):
    """A search text, cut to MAX_QUERY characters."""

    def pre_validate(self, form: BaseForm) -> None:
        """Says where only the beginning of the text is looked for. Raises StopValidation."""
        if len((self.data or "").strip()) > MAX_QUERY:
            raise StopValidation(_("Only the first %(n)s characters are looked for", n=MAX_QUERY))

    def condition(self, currency: str) -> str | None:
        """Returns the text without spaces around it; None where it is empty."""
        return (self.data or "")[:MAX_QUERY].strip() or None


class FilterPrice(ListFilter, QueryPrice):
    """A price in the reader's currency; listings are searched by euro cents."""

    inputmode = "decimal"

    def condition(self, currency: str) -> int | None:
        """Returns the price in euro cents; None without a price. Raises NoRate."""
        minor = self.minor(currency)
        return exchange.convert(minor, currency, exchange.EURO).minor if minor else None

    def chip(self, currency: str) -> str:
        """Returns the words of the chip, with the price in the reader's currency."""
        return self.words(money_text(self.minor(currency) or 0, currency))


class PlaceInList(StringField):
    """A place in the list, as the links to the next page and the one before name it."""

    cursor: Cursor | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Reads the place, which is one of the form's order. Raises StopValidation."""
        try:
            self.cursor = read_cursor(self.data, sort=form["sort"].data) if self.data else None
        except NotACursor as error:
            words = _(
                "%(label)s: this is no place in the list, which is shown from its beginning", label=self.label.text
            )
            raise StopValidation(words) from error


def _counted(n: int) -> str:
    return str(n) if n <= MAX_COUNT_SHOWN else f"{MAX_COUNT_SHOWN}+"
