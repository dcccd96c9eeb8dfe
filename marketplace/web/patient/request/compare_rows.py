"""The compared quotes as rows of cells; what a clinic did not state is shown as not stated."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NotRequired, TypedDict

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from marketplace.catalogue.course_costs import paid_nights
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.trip_plans import plan_text
from marketplace.quotes.comparison_table import Column, ComparisonTable
from marketplace.quotes.fields import QuoteField
from marketplace.quotes.quote_comparison import nights_included
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.terms import FIELDS, ITEMS
from marketplace.web.clinic_words import prices_words, stamp_words
from marketplace.web.filters import day, duration
from marketplace.web.patient.request.compare_amounts import ColumnAmounts, home_label
from marketplace.web.patient.request.quote_cards import column_warnings
from marketplace.web.patient.request.quote_rows import (
    changed_from,
    not_stated,
    shown_value,
)
from marketplace.web.plan_cards import lowest_text
from marketplace.words.lead import PRACTITIONER_ROLES


class FullCell(TypedDict):
    """A figure with what is written below it: a note, a mark for the best, warnings, what it was before."""

    html: str
    note: str | Markup
    best: NotRequired[str | None]
    warnings: NotRequired[list[str]]
    changed: NotRequired[str]


Cell = str | FullCell


@dataclass(frozen=True)
class Band:
    """One attribute: its name, and a cell for each quote."""

    id: str
    label: str
    cells: list[Cell]
    kind: str | None = field(default=None)


def rows(found: ComparisonTable, *, view: str) -> list[Band]:
    """Returns the bands in their order; the comparison with home only where there is a price at home."""

    def amounts(column: Column) -> ColumnAmounts:
        return ColumnAmounts(column, found.currency)

    bands: list[tuple[str, str, Callable[[Column], Cell]]] = [
        ("total", _("Total for you"), lambda column: _total(amounts(column), found, view=view)),
        ("price", _("Clinic's price for the course"), _marked(lambda column: amounts(column).price())),
        ("each", _("Sessions and price each"), _marked(lambda column: amounts(column).each_session())),
        ("trips", _("Trips you would make"), lambda column: _trips(amounts(column))),
        ("home", home_label(found), lambda column: _against_home(amounts(column))),
        ("product", _("Product"), _marked(_product)),
        ("who", _("Who treats you"), _marked(_who)),
        *((about.name, str(about.patient), _marked(_described(about))) for about in FIELDS.values() if about.compared),
        ("deposit", _("Deposit"), _marked(lambda column: _deposit(amounts(column)))),
        ("valid", _("Valid until"), _marked(lambda column: day(column.quote.valid_until))),
        ("reply", _("Replied in"), _reply),
        ("checks", _("Our checks of the clinic"), _checks),
        ("kept", _("Price kept before"), lambda column: prices_words(column.record)),
        ("complete", _("How complete"), _complete),
    ]
    left_out = set() if any(column.record.shows_prices for column in found.columns) else {"kept"}
    left_out |= {"home"} if found.home_course is None else set()
    shown = [band for band in bands if band[0] not in left_out]
    return [
        Band(id_, label, [cell(column) for column in found.columns], "total" if id_ == "total" else None)
        for id_, label, cell in shown
    ]


def _marked(cell: Callable[[Column], str]) -> Callable[[Column], Cell]:
    """Marks what the clinic changed from its version before, with what it was."""

    def marked(column: Column) -> Cell:
        now = cell(column)
        was = cell(replace(column, quote=column.before)) if column.before else now
        return now if was == now else {"html": now, "note": "", "changed": changed_from(was)}

    return marked


def _described(about: QuoteField) -> Callable[[Column], str]:
    return lambda column: shown_value(column.quote, about)


def _unknown(column: Column) -> str:
    """Returns in words why there is no total."""
    return _("No exchange rate") if column.travel else _("Not known without your own travel costs")


def _total(amounts: ColumnAmounts, found: ComparisonTable, *, view: str) -> Cell:
    column = amounts.column
    total = column.result.total
    if total is None:
        return _unknown(column)
    lowest = lowest_text(nights_included(column.quote, column.result.plan), of_fitting=not found.all_fit)
    return {
        "html": amounts.total(total),
        "note": amounts.parts(total) if view == "total" else _("treatment only"),
        "best": lowest if column.result.lowest else None,
        "warnings": column_warnings(column),
    }


def _trips(amounts: ColumnAmounts) -> Cell:
    """Returns the plan that is counted and its travel cost; where the clinic stated another plan, that as well."""
    column, plan = amounts.column, amounts.column.result.plan
    covered = nights_included(column.quote, plan)
    paid = paid_nights(plan.counted, included=covered)
    figures = amounts.fares()
    if paid > 0:
        figures += Markup(" + ") + amounts.nights(paid)
    if covered:
        figures += escape(ngettext(", %(num)s night in the price", ", %(num)s nights in the price", covered))
    note = escape(_("Trips and nights: %(sum)s")) % {"sum": figures} if column.travel else Markup("")
    if plan.counted != plan.stated:
        note = (
            escape(_("Counted so; the clinic wrote %(plan)s.")) % {"plan": plan_text(plan.stated)} + Markup(" ") + note
        )
    cell: FullCell = {"html": plan_text(plan.counted), "note": note}
    if column.before and (was := checked_quote(column.before).stated) != plan.stated:
        cell["changed"] = changed_from(plan_text(was))
    return cell


def _against_home(amounts: ColumnAmounts) -> Cell:
    against = amounts.column.result.against_home
    return _unknown(amounts.column) if against is None else amounts.against_home(against)


def _product(column: Column) -> str:
    quote = column.quote
    if not quote.product:
        return not_stated()
    if not quote.product_sealed:
        return quote.product
    return particulars_of(quote.procedure.treatment).product_sealed_compared.replace("{product}", quote.product)


def _who(column: Column) -> str:
    role, name = str(PRACTITIONER_ROLES.patient[column.quote.practitioner_role]), column.quote.practitioner_name
    return f"{role}, {name or _('not named')}"


def _deposit(amounts: ColumnAmounts) -> str:
    refused = shown_value(amounts.column.quote, FIELDS["refund_if_refused"])
    words = escape(_("%(deposit)s. Back if the doctor refuses: %(answer)s"))
    return words % {"deposit": amounts.deposit(), "answer": refused}


def _reply(column: Column) -> Cell:
    lead = column.quote.lead
    return duration(int(lead.replied_in.total_seconds() // 60) if lead.replied_in else 1)


def _checks(column: Column) -> Cell:
    if column.stamp is None:
        return _("Not listed at the moment")
    said, clinic = stamp_words(column.stamp), column.quote.lead.clinic
    link = Markup('<a href="/clinic/{}/checks">{}</a>').format(clinic.slug, said.passed)
    return {"html": link, "note": f"{said.title}. {said.line}"}


def _complete(column: Column) -> Cell:
    number, of = column.result.answered, len(ITEMS)
    return ngettext("%(n)s of %(num)s item answered", "%(n)s of %(num)s items answered", of, n=number)
