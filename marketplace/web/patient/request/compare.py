"""Quotes side by side; the address holds the state of the page."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from wtforms import SelectMultipleField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from marketplace.foundation import clock
from marketplace.foundation.values.money import half_up
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.choosing import keep_columns
from marketplace.quotes.comparison_table import ComparisonTable, build_comparison_table, currency_of
from marketplace.quotes.request_quotes import RequestQuotes
from marketplace.web.forms.query import QueryChoice
from marketplace.web.forms.visit_figures import FiguresForm
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.compare_amounts import estimates_named
from marketplace.web.patient.request.compare_columns import actions, columns, marks
from marketplace.web.patient.request.compare_rows import rows
from marketplace.web.patient.request.flag_rows import flag_groups, without_flags
from marketplace.web.patient.request.missing import missing_by_item, missing_of
from marketplace.web.patient.request.quote_plans import asked_figures, course_of, own_of

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
    """The quotes to show. Numbers of no quote are left out; with none left, those the comparison begins with."""

    def pre_validate(self, form: BaseForm) -> None:
        """Keeps the numbers of known quotes, as many as can be shown. Raises StopValidation, which says what is not."""
        known, asked = {choice[0] for choice in self.choices or ()}, self.data or []
        self.data = [value for value in asked if value in known][:MAX_COLUMNS]
        if unknown := [value for value in asked if value not in known]:
            values = ", ".join(unknown[:MAX_COLUMNS])
            raise StopValidation(_("%(label)s: you have no quote “%(value)s”", label=self.label.text, value=values))
        if not asked and len(known) > 1 and _is_sent(form):
            words = _("%(label)s: tick at least one. Until you do, we show those that the comparison begins with")
            raise StopValidation(words % {"label": self.label.text})


def _is_sent(form: BaseForm) -> bool:
    """Returns whether the form itself was sent, with or without a box ticked; a link names its own fields alone."""
    return all(form[name].raw_data for name in ("view", "sort"))


class CompareForm(FiguresForm):
    """The quotes to show, and the reader's own figures, each of which has a default."""

    quotes = ShownField(_l("Show side by side"), id="show")
    view = QueryChoice(_l("Compare"), choices=VIEWS, default="total")
    sort = QueryChoice(_l("Sort by"), choices=ORDERS, default="total")


@blueprint.get("/my/requests/<ref>/compare")
def compare_quotes(quotes: RequestQuotes) -> str:
    """Shows the chosen quotes side by side, at most five."""
    form = _form(quotes)
    found = _found(quotes, form)
    return render_template(
        "patient/request/compare.html",
        quote_request=quotes.request,
        found=found,
        form=form,
        has_errors=bool(form.errors),
        columns=columns(found),
        actions=actions(found),
        marks=marks(found),
        **_asks(found),
        rows=rows(found, view=form.view.data),
        hints={name: _hint(form, found, name) for name in ("fare", "night")},
        today=clock.today(),
        address=current_app.config["SITE_URL"] + request.path,
    )


def _asks(found: ComparisonTable) -> dict[str, object]:
    """Returns what stands below the table: what to ask about and what is not stated, each once for all clinics."""
    quotes = [column.quote for column in found.columns]
    return {
        "flags": flag_groups(found.columns),
        "unflagged": without_flags(found.columns),
        "missing": missing_by_item(quotes),
        "asks": [missing_of(quote) for quote in quotes],
    }


@blueprint.post("/my/requests/<ref>/compare/keep")
@writes
def keep_compared(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Keeps the quotes shown for this request, so that the comparison begins with them on any device."""
    keep_columns(quote_request, request.form.get("quotes", "").split(","))
    flash(_("Kept. The comparison now begins with these"), "success")
    return redirect(url_for("patient.compare_quotes", ref=quote_request.ref), 303)


def _found(quotes: RequestQuotes, form: CompareForm) -> ComparisonTable:
    """Returns the comparison, and fills our estimates into the fields that the reader left alone."""
    found = build_comparison_table(
        quotes,
        numbers=[int(number) for number in form.quotes.data or ()],
        view=form.view.data,
        own=own_of(form),
    ).sorted_by(form.sort.data)
    form.quotes.data = [str(column.quote.number) for column in found.columns]
    _show_estimates(form, found)
    return found


def _form(quotes: RequestQuotes) -> CompareForm:
    code, course = currency_of(quotes.request), course_of(quotes.request, quotes.quotes)
    form: CompareForm = type("CompareForm", (CompareForm,), {"currency_code": code})(
        formdata=asked_figures(code, course)
    )
    form.quotes.choices = [(str(quote.number), quote.lead.clinic.name) for quote in quotes.quotes]
    form.view.data, form.sort.data = form.view.data or "total", form.sort.data or "total"
    form.validate()
    form.keep(**course)
    return form


def _show_estimates(form: CompareForm, found: ComparisonTable) -> None:
    """Fills our estimates in where all clinics are in one country; for several, the hint names each."""
    ours = next(iter(found.estimates.values())) if len(found.estimates) == 1 else None
    for name in ("fare", "night"):
        form.show_estimate(name, getattr(ours, name) if ours else None)


def _hint(form: CompareForm, found: ComparisonTable, name: str) -> str:
    field = form.amounts[name]
    if not found.estimates:
        return _("We have no travel estimate from where you live: type your own")
    if field.estimate is None:
        each = {country: half_up(getattr(ours, name)) for country, ours in found.estimates.items()}
        return escape(_("Empty: our estimate, %(amounts)s")) % {"amounts": estimates_named(each, found.currency)}
    if field.data == field.estimate:
        return _("Our estimate, yours to change")
    return _("Yours. Our estimate is %(amount)s", amount=field.estimate)
