"""The amounts of a comparison in words, each of them here: of the table, around it, and on the request's own page."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.course_costs import Total
from marketplace.quotes.comparison_table import Column, ComparisonTable
from marketplace.web.clinic_words import amount_in
from marketplace.web.filters import country_in_sentence, country_name, day_text, difference, money
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.quote_rows import deposit, one_by_one


@dataclass(frozen=True)
class ColumnAmounts:
    """Words the amounts of one compared quote, the clinic's in its currency and the patient's in theirs."""

    column: Column
    currency: str  # the patient's

    def total(self, total: Total) -> Markup:
        """Returns the total for the patient."""
        return self._for_patient(total.all)

    def parts(self, total: Total) -> Markup:
        """Returns "treatment £410 + travel £830"."""
        treatment, travel = self._for_patient(total.treatment), self._for_patient(total.travel)
        words = escape(_("treatment %(treatment)s + travel %(travel)s"))
        return words % {"treatment": treatment, "travel": travel}

    def price(self) -> Markup:
        """Returns the clinic's price for the course, about how much that is for the patient beside it."""
        return self._of_clinic(self.column.quote.total, self.column.quote.currency)

    def each_session(self) -> Markup:
        """Returns the sessions, the price of each and what the clinic takes off, in the clinic's currency."""
        quote, amount = self.column.quote, money
        less = Markup(" − {}").format(amount(quote.discount, quote.currency)) if quote.discount else Markup("")
        return one_by_one(quote, amount=amount) + less

    def deposit(self) -> str:
        """Returns the deposit, about how much that is for the patient beside it."""
        return deposit(self.column.quote, amount=self._of_clinic)

    def fares(self) -> Markup:
        """Returns the trips that are counted and the fare of each."""
        return Markup("{} × {}").format(self.column.result.plan.counted.trips, self._for_patient(self.column.fare or 0))

    def nights(self, number: int) -> Markup:
        """Returns a number of nights and the price of each."""
        return Markup("{} × {}").format(number, self._for_patient(self.column.night or 0))

    def against_home(self, minor: int) -> Markup:
        """Returns how much less or more it is than at home; `minor` is below 0 for less."""
        return difference(minor, self.currency, amount=amount_in)

    def _of_clinic(self, minor: int, own: str) -> Markup:
        return amount_in(minor, own, also=[self.currency])

    def _for_patient(self, minor: int) -> Markup:
        return amount_in(minor, self.currency)


def home_label(found: ComparisonTable) -> Markup:
    """Returns what is compared with: the patient's own price at home or the guide's, and how much it is."""
    own, ours = (
        _("Compared with your own price at home: %(price)s"),
        _("Compared with the guide's middle price at home: %(price)s"),
    )
    price = amount_in(found.home_course or 0, found.currency)
    return escape(own if found.home_is_own else ours) % {"price": price}


def estimates_named(by_country: Mapping[str, int], currency: str) -> Markup:
    """Returns our estimates, minor units by country, one after another: "Poland £90, Türkiye £150"."""
    each = (
        Markup("{} {}").format(country_name(code), amount_in(minor, currency)) for code, minor in by_country.items()
    )
    return Markup(", ").join(each)


@blueprint.app_template_filter()
def totals_span(found: ComparisonTable) -> Markup | None:
    """Returns the sentence on the lowest and the highest total; None where there are not two."""
    if found.span is None:
        return None
    low, high = (amount_in(total.all, found.currency) for total in found.span)
    return escape(_("For you between %(low)s and %(high)s.")) % {"low": low, "high": high}


@blueprint.app_template_filter()
def travel_line(found: ComparisonTable) -> str:
    """Returns the sentence that says whose figures the travel is counted with."""
    if found.estimates or not found.columns:
        return _("Travel: our estimate of %(day)s, or your own figures.", day=day_text(found.travel_dated))
    home = country_in_sentence(found.columns[0].quote.lead.request.home_country or "")
    if found.lacks_travel:
        return _("We have no travel estimate from %(country)s: type your own return trip and night.", country=home)
    return _("Travel: your own figures, as we have no estimate from %(country)s.", country=home)


@blueprint.app_template_filter()
def rates_line(found: ComparisonTable) -> str | None:
    """Returns the sentence that names the rates and their day; None where nothing shown was converted."""
    if not found.rates_used:
        return None
    return _("Converted at European Central Bank reference rates of %(day)s.", day=day_text(found.rate_day))
