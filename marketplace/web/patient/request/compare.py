"""Quotes side by side; the address holds the state of the page."""

from flask import current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField
from wtforms.form import BaseForm

from marketplace.foundation import clock
from marketplace.foundation.values.money import half_up
from marketplace.quotes.comparison_table import ComparisonTable, Own, build_comparison_table, currency_of
from marketplace.quotes.request_quotes import RequestQuotes
from marketplace.web.filters import country_name, money_text
from marketplace.web.forms.query import QueryAmount, QueryChoice, QueryForm, QueryPrice, amount_text, keep_estimate
from marketplace.web.forms.visit_figures import FIGURES, keep_figures, kept_figures
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.compare_rows import actions, columns, rows
from marketplace.web.patient.request.flag_rows import flag_rows
from marketplace.web.patient.request.missing import missing_of

VIEWS = [("total", _l("Total with travel")), ("treatment", _l("Treatment only"))]
ORDERS = [
    ("total", _l("Lowest total for you")),
    ("session", _l("Lowest price of a session")),
    ("trips", _l("Fewest trips")),
    ("complete", _l("Most complete")),
    ("reply", _l("Fastest reply")),
    ("checks", _l("Most checks passed")),
]
MAX_COLUMNS = 5


class ShownField(SelectMultipleField):
    """The numbers of the quotes to show. Numbers of no quote are left out; with none left, all are shown."""

    def pre_validate(self, form: BaseForm) -> None:
        """Keeps the numbers of known quotes, as many as can be shown; without any it takes all."""
        known = {choice[0] for choice in self.choices or ()}
        self.data = [value for value in self.data or () if value in known][:MAX_COLUMNS] or sorted(known)


class CompareForm(QueryForm):
    """The quotes to show, and the reader's own figures, each of which has a default."""

    currency_code = "EUR"

    quotes = ShownField(_l("Show side by side"), id="show")
    view = QueryChoice(_l("Compare"), choices=VIEWS, default="total")
    sort = QueryChoice(_l("Sort by"), choices=ORDERS, default="total")
    fare = QueryAmount(_l("Return trip"))
    night = QueryAmount(_l("One night"))
    own = QueryPrice(_l("My own price at home, for the whole course"))

    @property
    def amounts(self) -> dict[str, QueryAmount]:
        """Returns the fields of the reader's own figures by name."""
        return {"fare": self.fare, "night": self.night, "own": self.own}


@blueprint.get("/my/requests/<ref>/compare")
def compare_quotes(quotes: RequestQuotes) -> str:
    """Shows the chosen quotes side by side, at most five."""
    form = _form(quotes)
    _keep(form, quotes)
    found = _found(quotes, form)
    return render_template(
        "patient/request/compare.html",
        quote_request=quotes.request,
        found=found,
        form=form,
        has_errors=bool(form.errors),
        columns=columns(found),
        actions=actions(found),
        flags=[flag_rows(column) for column in found.columns],
        missing=[missing_of(column.quote) for column in found.columns],
        rows=rows(found, view=form.view.data),
        hints={name: _hint(form, found, name) for name in ("fare", "night")},
        today=clock.today(),
        address=current_app.config["SITE_URL"] + request.path,
    )


def _found(quotes: RequestQuotes, form: CompareForm) -> ComparisonTable:
    """Returns the comparison, and fills our estimates into the fields that the reader left alone."""
    found = build_comparison_table(
        quotes,
        numbers=[int(number) for number in form.quotes.data or ()],
        view=form.view.data,
        own=Own(*(_own(form, name) for name in ("fare", "night", "own"))),
    ).sorted_by(form.sort.data)
    _show_estimates(form, found)
    return found


def _form(quotes: RequestQuotes) -> CompareForm:
    code = currency_of(quotes.request)
    kept = kept_figures(code, **_course(quotes))
    figures = {name: text for name, text in kept.items() if name in FIGURES}
    form: CompareForm = type("CompareForm", (CompareForm,), {"currency_code": code})(
        formdata=MultiDict([*request.args.items(multi=True), *figures.items()])
    )
    form.quotes.choices = [(str(quote.number), quote.lead.clinic.name) for quote in quotes.quotes]
    form.view.data, form.sort.data = form.view.data or "total", form.sort.data or "total"
    form.validate()
    return form


def _course(quotes: RequestQuotes) -> dict[str, str]:
    """Returns the sessions and the country that figures are for, each where all quotes agree."""
    sessions = {str(quote.sessions) for quote in quotes.quotes}
    countries = {quote.lead.clinic.country for quote in quotes.quotes}
    return {name: of.pop() for name, of in (("sessions", sessions), ("country", countries)) if len(of) == 1}


def _own(form: CompareForm, name: str) -> int | None:
    """Returns the reader's own figure; None where the field holds our estimate."""
    return form.amounts[name].minor(form.currency_code) if _is_own(form, name) else None


def _is_own(form: CompareForm, name: str) -> bool:
    typed = form.amounts[name].data
    return bool(typed) and not form.amounts[name].errors and typed != request.args.get(f"{name}_was")


def _keep(form: CompareForm, quotes: RequestQuotes) -> None:
    """Keeps what the reader typed for the rest of the visit, as the cost page does."""
    typed = {name: field.data or "" for name, field in form.amounts.items() if _is_own(form, name)}
    keep_figures(typed, currency=form.currency_code, course=_course(quotes))


def _show_estimates(form: CompareForm, found: ComparisonTable) -> None:
    """Fills our estimates in where all clinics are in one country; for several, the hint names each."""
    ours = next(iter(found.estimates.values())) if len(found.estimates) == 1 else None
    for name in ("fare", "night"):
        shown = amount_text(getattr(ours, name), found.currency) if ours else None
        form.amounts[name].estimate = shown
        keep_estimate(form.amounts[name], request.args.get(f"{name}_was"), shown)


def _hint(form: CompareForm, found: ComparisonTable, name: str) -> str:
    field = form.amounts[name]
    if field.estimate is None:
        each = {country: half_up(getattr(ours, name)) for country, ours in found.estimates.items()}
        named = ", ".join(f"{country_name(code)} {money_text(minor, found.currency)}" for code, minor in each.items())
        return _("Empty: our estimate, %(amounts)s", amounts=named)
    if field.data == field.estimate:
        return _("Our estimate, yours to change")
    return _("Yours. Our estimate is %(amount)s", amount=field.estimate)
