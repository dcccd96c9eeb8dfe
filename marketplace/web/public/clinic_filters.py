"""The list of clinics as the address asks for it: the form, with a field for each filter, and its conditions."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Unpack

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.validators import Length

from marketplace.catalogue import exchange
from marketplace.catalogue.models import Treatment
from marketplace.clinics.queries import CONDITIONS, SORTS, ClinicFilter, Facets
from marketplace.clinics.text_search import slug_of
from marketplace.web.filters import country_name, language_name, money_text
from marketplace.web.forms.base import FieldOptions
from marketplace.web.forms.query import QueryChoice, QueryCount, QueryForm, QueryPrice
from marketplace.web.public import preferences
from marketplace.words.listing import CLINIC_SORTS

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


def _lower(code: str | None) -> str | None:
    return code and code.lower()


def _upper(code: str | None) -> str | None:
    return code and code.upper()


class ClinicsForm(QueryForm):
    """The filters of the list, each optional; a value that is on no list is named in an error and not used."""

    currency_code = "GBP"

    q = FilterText(
        _l("Name or city"),
        words=lambda text: f"“{text}”",
        validators=[Length(max=MAX_QUERY, message=_l("Enter %(n)s characters or fewer", n=MAX_QUERY))],
    )
    country = CountryChoice(_l("Country"), names=country_name, words=str, filters=[_lower])
    city = FacetChoice(_l("City"), names=str, words=str)
    treatment = FilterChoice(_l("Treatment"), words=str)
    procedure = FacetChoice(_l("Procedure"), names=str, words=lambda name: _("offers %(procedure)s", procedure=name))
    language = FacetChoice(
        _l("Speaks"),
        names=language_name,
        words=lambda name: _("speaks %(language)s", language=name),
        filters=[_lower],
    )
    max_price = FilterPrice(_l("Session from, at most"), words=lambda price: _("up to %(price)s", price=price))
    currency = QueryChoice(_l("Currency"), filters=[_upper])
    sort = QueryChoice(_l("Sort by"), choices=list(CLINIC_SORTS.patient.items()), default=SORTS[0])
    page = QueryCount(_l("Page"), high=99_999, usual=1)

    @property
    def filters(self) -> dict[str, ListFilter]:
        """Returns the fields that are conditions, by name."""
        return {name: field for name, field in self._fields.items() if isinstance(field, ListFilter)}

    @property
    def kept(self) -> tuple[str, ...]:
        """Returns the names that stay in the address when the page or one condition changes."""
        return (*CONDITIONS, *(name for name in self._fields if name not in {*CONDITIONS, "page"}))

    @property
    def shown(self) -> list[Field]:
        """Returns the fields that the reader fills in; the treatment only where there are several."""
        is_single = len(self.treatment.choices or ()) <= 2
        return [field for field in self if field is not self.page and not (is_single and field is self.treatment)]

    @property
    def wanted(self) -> ClinicFilter:
        """Returns the conditions that can be used."""
        conditions: dict[str, Any] = {name: field.condition(self.currency_code) for name, field in self.filters.items()}
        return ClinicFilter(**conditions, sort=self.sort.data, page=self.page.number or 1)

    def chip(self, name: str) -> str:
        """Returns the words of a condition that is set."""
        return self.filters[name].chip(self.currency_code)

    def no_more_than(self, pages: int) -> None:
        """Adds an error where the page asked for is after the last one, which is shown instead."""
        if not self.page.errors and (self.page.number or 1) > pages:
            self.page.errors = [_("%(label)s: enter a whole number from %(low)s to %(high)s", **self._pages(pages))]

    def _pages(self, pages: int) -> dict[str, str | int]:
        return {"label": self.page.label.text, "low": 1, "high": pages}


def clinics_form(found: Facets, listed: Sequence[Treatment], **fixed: str) -> ClinicsForm:
    """Returns the form with what the address asks for; `fixed` are the values in its path."""
    currency = preferences.currency()
    form: ClinicsForm = type("ClinicsForm", (ClinicsForm,), {"currency_code": currency})(formdata=_given(found, fixed))
    if len(listed) == 1:
        form.treatment.data = ""
    form.treatment.choices = [("", _("Any")), *((each.slug, each.name) for each in listed)]
    for name, field in form.filters.items():
        if isinstance(field, FacetChoice):
            field.show(found[name].items())
    procedures = _procedures(form.treatment.data, listed)
    form.procedure.names = procedures.__getitem__
    form.procedure.show((slug, n) for slug, n in found["procedure"].items() if slug in procedures)
    form.city.show((place.city, n) for place, n in found.places.items())
    form.currency.choices = [(code, code) for code in sorted({*preferences.currencies(), currency})]
    form.currency.default = currency
    form.currency.data = form.currency.data or currency
    for name, value in fixed.items():
        _list_too(form.filters[name], value)
    form.validate()
    form.city.choices = _near(form.city, form.country.condition(currency), found)
    return form


def _procedures(treatment: str, listed: Sequence[Treatment]) -> dict[str, str]:
    """Returns the names of the chosen treatment's procedures by slug; those of all treatments without one."""
    about = [each for each in listed if treatment in ("", each.slug)] or listed
    return {procedure.slug: procedure.name for each in about for procedure in each.procedures}


def _list_too(field: ListFilter, value: str) -> None:
    """Adds the value of the path to the choices, whether or not a clinic has it."""
    if isinstance(field, QueryChoice) and all(value != choice[0] for choice in field.choices or ()):
        field.choices = [*(field.choices or ()), (value, value)]


def _near(cities: FacetChoice, country: str | None, found: Facets) -> list[tuple[str, str]]:
    """Returns the cities of the country asked for, or of all countries, and always the chosen city."""
    near = {"", cities.data, *(place.city for place in found.places if country in (None, place.country))}
    return [(city, label) for city, label, *_rest in cities.iter_choices() if city in near]


def _counted(n: int) -> str:
    return str(n) if n <= MAX_COUNT_SHOWN else f"{MAX_COUNT_SHOWN}+"


def _given(found: Facets, fixed: dict[str, str]) -> MultiDict[str, str]:
    """Returns the address's values that are not empty; a city may be named by its slug, too."""
    given = {name: value.strip() for name, value in request.args.items() if value.strip()} | fixed
    if "city" in given:
        named = {slug_of(place.city): place.city for place in found.places}
        given["city"] = fixed.get("city") or named.get(slug_of(given["city"]), given["city"])
    return MultiDict(given)
