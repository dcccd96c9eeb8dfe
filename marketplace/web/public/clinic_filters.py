"""What a reader looks for in the list of clinics: the form of the address, and the filter it makes."""

from collections.abc import Iterable, Sequence

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Length

from marketplace.catalogue import exchange
from marketplace.catalogue.models import Treatment
from marketplace.clinics.queries import SORTS, ClinicFilter, Facets
from marketplace.clinics.text_search import slug_of
from marketplace.web.filters import country_name, language_name
from marketplace.web.forms.query import QueryChoice, QueryCount, QueryForm, QueryPrice
from marketplace.web.public import preferences
from marketplace.words.listing import CLINIC_SORTS

MAX_QUERY = 80
MAX_COUNT_SHOWN = 500


class ClinicsForm(QueryForm):
    """Every field may be empty; what is on no list is named beside its field and not used."""

    currency_code = "GBP"

    q = StringField(
        _l("Name or city"),
        validators=[Length(max=MAX_QUERY, message=_l("Enter %(n)s characters or fewer", n=MAX_QUERY))],
        default="",
    )
    country = QueryChoice(_l("Country"), default="")
    city = QueryChoice(_l("City"), default="")
    treatment = QueryChoice(_l("Treatment"), default="")
    procedure = QueryChoice(_l("Procedure"), default="")
    language = QueryChoice(_l("Speaks"), default="")
    max_price = QueryPrice(_l("Session from, at most"), default="")
    currency = QueryChoice(_l("Currency"))
    sort = QueryChoice(_l("Sort by"), choices=list(CLINIC_SORTS.patient.items()), default=SORTS[0])
    page = QueryCount(_l("Page"), high=99_999, usual=1)

    @property
    def places(self) -> dict[str, QueryChoice]:
        """What the path of a list may say."""
        return {"country": self.country, "city": self.city}

    @property
    def wanted(self) -> ClinicFilter:
        """The conditions that can be used."""
        minor = self.max_price.minor(self.currency_code)
        return ClinicFilter(
            country=(self.country.data or "").upper() or None,
            city=self.city.data or None,
            treatment=self.treatment.data or None,
            procedure=self.procedure.data or None,
            language=self.language.data or None,
            max_price_eur=exchange.convert(minor, self.currency_code, exchange.EURO).minor if minor else None,
            q=(self.q.data or "")[:MAX_QUERY].strip(),
            sort=self.sort.data,
            page=self.page.number or 1,
        )

    def no_more_than(self, pages: int) -> None:
        """A page past the last one is said to be none; the last is shown."""
        if not self.page.errors and (self.page.number or 1) > pages:
            self.page.errors = [_("%(label)s: enter a whole number from %(low)s to %(high)s", **self._pages(pages))]

    def _pages(self, pages: int) -> dict[str, str | int]:
        return {"label": self.page.label.text, "low": 1, "high": pages}


def clinics_form(found: Facets, listed: Sequence[Treatment], **fixed: str) -> ClinicsForm:
    """The address, read; `fixed` is what its path says. Which treatment is asked only where there are several."""
    currency = preferences.currency()
    form: ClinicsForm = type("ClinicsForm", (ClinicsForm,), {"currency_code": currency})(formdata=_given(found, fixed))
    if len(listed) == 1:
        form.treatment.data = ""
    form.treatment.choices = [("", _("Any")), *((each.slug, each.name) for each in listed)]
    about = [each for each in listed if form.treatment.data in ("", each.slug)] or listed
    procedures = {procedure.slug: procedure.name for each in about for procedure in each.procedures}
    form.country.choices = _any((code.lower(), country_name(code), n) for code, n in found.countries.items())
    form.procedure.choices = _any(
        (slug, procedures[slug], n) for slug, n in found.procedures.items() if slug in procedures
    )
    form.language.choices = _any((code, language_name(code), n) for code, n in found.languages.items())
    form.city.choices = _any((value[3:], value[3:], n) for value, n in found.cities.items())
    form.currency.choices = [(code, code) for code in sorted({*preferences.currencies(), currency})]
    form.currency.default = currency
    form.currency.data = form.currency.data or currency
    for name, value in fixed.items():
        field = form.places[name]
        if all(value != choice[0] for choice in field.choices or ()):
            field.choices = [*(field.choices or ()), (value, value)]
    form.validate()
    form.city.choices = [choice for choice in form.city.choices if _is_near(choice[0], form, found)]
    return form


def _is_near(city: str, form: ClinicsForm, found: Facets) -> bool:
    """Of the chosen country, or chosen itself."""
    country = (form.country.data or "").upper()
    return not country or city in {"", form.city.data} or f"{country}/{city}" in found.cities


def _any(values: Iterable[tuple[str, str, int]]) -> list[tuple[str, str]]:
    def counted(label: str, n: int) -> str:
        return f"{label} ({n if n <= MAX_COUNT_SHOWN else f'{MAX_COUNT_SHOWN}+'})"

    return [("", _("Any")), *((value, counted(label, n)) for value, label, n in values)]


def _given(found: Facets, fixed: dict[str, str]) -> MultiDict[str, str]:
    """The address without its empty values; codes in the case of the lists, a city by its slug too."""
    given = {name: value.strip() for name, value in request.args.items() if value.strip()} | fixed
    for name in ("country", "language"):
        if name in given:
            given[name] = given[name].lower()
    if "currency" in given:
        given["currency"] = given["currency"].upper()
    if "city" in given:
        named = {slug_of(value[3:]): value[3:] for value in found.cities}
        given["city"] = fixed.get("city") or named.get(slug_of(given["city"]), given["city"])
    return MultiDict(given)
