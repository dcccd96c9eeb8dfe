"""The list of clinics as the address asks for it: the form, with a field for each filter, and its conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import Length

from marketplace.catalogue.geography import by_slug
from marketplace.clinics.list_cursor import SORTS, Cursor
from marketplace.clinics.market import Facets, ListedTreatment, Market
from marketplace.clinics.search import CONDITIONS, MAX_PAGE, ClinicFilter
from marketplace.clinics.text_search import slug_of
from marketplace.web.filters import country_name, language_name
from marketplace.web.forms.query import QueryChoice, QueryCount, QueryForm, form_errors
from marketplace.web.http.page_parts import MAX_KEPT_LENGTH, Kept, rendered
from marketplace.web.public import preferences
from marketplace.web.public.filter_fields import (
    MAX_QUERY,
    CountryChoice,
    FacetChoice,
    FilterChoice,
    FilterPrice,
    FilterText,
    ListFilter,
    PlaceInList,
)
from marketplace.words.listing import CLINIC_SORTS

MAX_CITIES = 30  # to choose from; each other one is found by its name
PLACES = ("page", "after", "before")  # where in the list; another filter begins at its first page
STAY = (*CONDITIONS, "currency", "sort")  # in the address when the page or one condition changes


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
    max_price = FilterPrice(
        _l("Lowest price of a session, at most"), words=lambda price: _("up to %(price)s", price=price)
    )
    currency = QueryChoice(_l("Currency"), filters=[_upper])
    sort = QueryChoice(_l("Sort by"), choices=list(CLINIC_SORTS.patient.items()), default=SORTS[0])
    page = QueryCount(_l("Page"), high=MAX_PAGE, usual=1)
    after = PlaceInList(_l("After"))
    before = PlaceInList(_l("Before"))

    @property
    def filters(self) -> dict[str, ListFilter]:
        """Returns the fields that are conditions, by name."""
        return {name: field for name, field in self._fields.items() if isinstance(field, ListFilter)}

    @property
    def shown(self) -> list[Field]:
        """Returns the fields that the reader fills in; the treatment only where there are several."""
        is_single = len(self.treatment.choices or ()) <= 2
        hidden = {*PLACES, "treatment"} if is_single else set(PLACES)
        return [field for name, field in self._fields.items() if name not in hidden]

    @property
    def misplaced(self) -> list[Field]:
        """Returns the fields of a place in the list that cannot be used, to be shown with their errors."""
        return [self[name] for name in PLACES if self[name].errors]

    @property
    def wanted(self) -> ClinicFilter:
        """Returns the conditions that can be used."""
        conditions: dict[str, Any] = {name: field.condition(self.currency_code) for name, field in self.filters.items()}
        place = {"after": self.after.cursor} if self.after.cursor else {"before": self.before.cursor}
        return ClinicFilter(**conditions, **place, sort=self.sort.data, page=self.page.number or 1)

    def chip(self, name: str) -> str:
        """Returns the words of a condition that is set."""
        return self.filters[name].chip(self.currency_code)

    def no_more_than(self, pages: int) -> None:
        """Adds an error where the page asked for is after the last one, which is shown instead."""
        wanted = self.page.number or 1
        if not self.page.errors and wanted > pages:
            self.page.errors = [_("There is no page %(n)s. This is page %(last)s, the last", n=wanted, last=pages)]


@dataclass(frozen=True)
class Filters:
    """The filters that an address sets: the conditions, and what shows them.

    `chips` are the words of the conditions that are set, `stay` what links to other pages of the list keep.
    """

    wanted: ClinicFilter
    currency: str
    chips: Mapping[str, str]
    stay: Mapping[str, str]
    form: Markup
    errors: Markup | None = None

    def address(self, **changes: str | int | Cursor | None) -> str:
        """Returns the list's address with other conditions, without empty ones."""
        merged = {name: value for name, value in {**self.stay, **changes}.items() if value}
        return "/clinics" + (f"?{urlencode(merged)}" if merged else "")


_READ_LAST: Kept[Filters] = Kept(2**19, size=lambda found: len(found.form))


def filters(found: Market, *, fixed: Mapping[str, str], pages: int | None = None) -> Filters:
    """Returns the filters of this request; `fixed` are those in its path.

    Where the list has only so many `pages`, a page after them is an error. What was read and shown for the same
    address, market, currency and language is kept; not what has errors to show.
    """
    currency = preferences.currency()
    given = tuple(request.args.get(name, "") for name in (*STAY, *PLACES))
    key = (found.version, currency, get_locale(), *fixed.items(), *given)
    if pages is not None or sum(map(len, given)) > MAX_KEPT_LENGTH:
        return _filters(found, currency, fixed, pages=pages)
    return _READ_LAST.get(key, lambda: _filters(found, currency, fixed))


def _filters(found: Market, currency: str, fixed: Mapping[str, str], *, pages: int | None = None) -> Filters:
    form = _form(found.facets, found.treatments, currency, fixed)
    if pages is not None:
        form.no_more_than(pages)
    wanted = form.wanted
    stay = {name: request.args[name] for name in STAY if request.args.get(name)}
    return Filters(
        wanted,
        currency,
        chips={name: form.chip(name) for name in wanted.conditions},
        stay=stay | {name: form[name].data or "" for name in ("country", "city")},
        form=rendered("public/_clinic_filters.html", form=form),
        errors=form_errors(form),
    )


@lru_cache
def _form_in(currency: str) -> type[ClinicsForm]:
    return type("ClinicsForm", (ClinicsForm,), {"currency_code": currency})


def _form(found: Facets, listed: Sequence[ListedTreatment], currency: str, fixed: Mapping[str, str]) -> ClinicsForm:
    form = _form_in(currency)(formdata=_given(found, fixed))
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
    _offer_near(form.city, form.country.condition(currency), found)
    return form


def _procedures(treatment: str, listed: Sequence[ListedTreatment]) -> dict[str, str]:
    """Returns the names of the chosen treatment's procedures by slug; those of all treatments without one."""
    about = [each for each in listed if treatment in ("", each.slug)] or listed
    return {procedure.slug: procedure.name for each in about for procedure in each.procedures}


def _list_too(field: ListFilter, value: str) -> None:
    """Adds the value of the path to the choices, whether or not a clinic has it."""
    if isinstance(field, QueryChoice) and all(value != choice[0] for choice in field.choices or ()):
        field.choices = [*(field.choices or ()), (value, value)]


def _offer_near(cities: FacetChoice, country: str | None, found: Facets) -> None:
    """Keeps the cities of the country asked for, or of all, with the most clinics, and always the chosen one."""
    there = (place.city for place, _n in found.largest_places if country in (None, place.country))
    near = {"", cities.data, *islice(there, MAX_CITIES)}
    if next(there, None) is not None:
        cities.description = _("The %(n)s with the most clinics. Find another one by its name above.", n=MAX_CITIES)
    cities.choices = [(city, label) for city, label, *_rest in cities.iter_choices() if city in near]


def _given(found: Facets, fixed: Mapping[str, str]) -> MultiDict[str, str]:
    """Returns the address's values that are not empty; a country or a city may be named by its slug, too."""
    given = {name: value.strip() for name, value in request.args.items() if value.strip()} | dict(fixed)
    if named := by_slug().get(given.get("country", "").lower()):
        given["country"] = named.code
    if "city" in given:
        slug = slug_of(given["city"])
        cities = (name for (_country, known), name in found.city_names.items() if known == slug)
        given["city"] = fixed.get("city") or next(cities, given["city"])
    return MultiDict(given)
