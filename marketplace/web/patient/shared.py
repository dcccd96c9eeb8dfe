"""What somebody reads by a patient's read-only link: quotes and checks, and health answers with the code."""

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired

from marketplace.quote_requests.queries import health_answers, treatment_of
from marketplace.quote_requests.read_only_links import HEALTH, QUOTES, Opened, is_code, record_look
from marketplace.quotes.comparison_table import ComparisonTable, build_comparison_table
from marketplace.quotes.request_quotes import request_quotes
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.compare_columns import columns
from marketplace.web.patient.request.compare_rows import rows
from marketplace.web.patient.request.flag_rows import flag_groups, without_flags

BASE = "/shared/<token>"


class CodeForm(Form):
    """The code that the patient passed on."""

    code = StringField(_l("Code"), validators=[DataRequired(_l("Enter the code you were given"))])


@blueprint.get(BASE)
def show_shared(shared: Opened, token: str) -> ResponseReturnValue:
    """Shows the quotes side by side, without anything about the person. A GET is a look, HEAD is none."""
    if request.method != "HEAD":
        record_look(shared, QUOTES)
    return _page(shared, token, CodeForm())


@blueprint.post(BASE)
@writes
def show_health(shared: Opened, token: str) -> ResponseReturnValue:
    """Shows the health answers to whoever has the code; nothing is kept in the browser."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(shared, token, form), 422
    if not (shared.has_code and is_code(shared, form.code.data or "")):
        form.code.errors = [_l("This is not the code, or it was tried too often")]
        return _page(shared, token, form), 422
    record_look(shared, HEALTH)
    asked = request_quotes(shared.ref).request
    conditions, details = health_answers(asked)
    return render_template(
        "patient/shared/health.html", conditions=conditions, details=details, treatment=treatment_of(asked), token=token
    )


def _page(shared: Opened, token: str, form: CodeForm) -> str:
    asked = request_quotes(shared.ref)
    # Which answers changed is the person's own.
    found = build_comparison_table(replace(asked, changed={quote.id: [] for quote in asked.quotes}))
    return render_template(
        "patient/shared/quotes.html",
        shared=shared,
        token=token,
        found=found,
        columns=_columns(found),
        rows=rows(found, view="total"),
        flags=flag_groups(found.columns),
        unflagged=without_flags(found.columns),
        form=form,
        has_errors=bool(form.errors),
    )


def _columns(found: ComparisonTable) -> list[dict[str, str]]:
    """Returns the heads of the columns.

    They lead to the clinics' own pages, as the quotes' are closed here; what the person decided is not told.
    """
    clinics = [column.quote.lead.clinic for column in found.columns]
    return [
        {**head, "href": f"/clinic/{clinic.slug}", "mark": ""}
        for head, clinic in zip(columns(found), clinics, strict=True)
    ]
