"""The amounts of a comparison in words: each that it shows is worded here, for the table and around it."""

from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.course_costs import Total
from marketplace.quotes.comparison_table import Column, ComparisonTable
from marketplace.quotes.models import Quote
from marketplace.web.clinic_words import both_amounts
from marketplace.web.filters import country_in_sentence, day_text, difference, money
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.quote_rows import deposit, one_by_one


def all_in_all(total: Total, currency: str) -> Markup:
    """Returns the total for the patient."""
    return _for_patient(total.all, currency)


def parts_of(total: Total, currency: str) -> dict[str, Markup]:
    """Returns the two parts of a total by their names: treatment and travel."""
    return {"treatment": _for_patient(total.treatment, currency), "travel": _for_patient(total.travel, currency)}


def clinics_price(quote: Quote, currency: str) -> Markup:
    """Returns the clinic's price for the course, about how much that is for the patient beside it."""
    return _of_clinic(quote.total, quote.currency, to=currency)


def each_session(quote: Quote) -> Markup:
    """Returns the sessions, the price of each and what the clinic takes off, in the clinic's currency."""
    less = Markup(" − {}").format(money(quote.discount, quote.currency)) if quote.discount else Markup("")
    return one_by_one(quote) + less


def fares(column: Column, currency: str) -> Markup:
    """Returns the trips that are counted and the fare of each."""
    return Markup("{} × {}").format(column.result.plan.counted.trips, _for_patient(column.fare or 0, currency))


def nights(column: Column, number: int, currency: str) -> Markup:
    """Returns a number of nights and the price of each."""
    return Markup("{} × {}").format(number, _for_patient(column.night or 0, currency))


def home_label(found: ComparisonTable) -> Markup:
    """Returns what is compared with: the patient's own price at home or the guide's, and how much it is."""
    own, ours = (
        _("Compared with your own price at home (%(price)s)"),
        _("Compared with the guide's middle price at home (%(price)s)"),
    )
    return escape(own if found.home_is_own else ours) % {"price": _for_patient(found.home_course or 0, found.currency)}


def against_home(minor: int, currency: str) -> Markup:
    """Returns how much less or more it is than at home; `minor` is below 0 for less."""
    return difference(minor, currency)


def deposit_of(quote: Quote, currency: str) -> str:
    """Returns the deposit, about how much that is for the patient beside it."""
    return deposit(quote, amount=lambda minor, own: _of_clinic(minor, own, to=currency))


@blueprint.app_template_filter()
def totals_span(found: ComparisonTable) -> Markup | None:
    """Returns the sentence on the lowest and the highest total; None where there are not two."""
    if found.span is None:
        return None
    low, high = (_for_patient(minor, found.currency) for minor in found.span)
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


def _of_clinic(minor: int, own: str, *, to: str) -> Markup:
    return both_amounts(minor, own, to=to)


def _for_patient(minor: int, currency: str) -> Markup:
    return money(minor, currency)
