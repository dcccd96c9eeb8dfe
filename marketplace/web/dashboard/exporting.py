"""The clinic's requests as one CSV, for owners with a fresh sign-in."""

from flask import Response, g, request

from marketplace.accounts.freshness import fresh
from marketplace.foundation.security import limits
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.quotes.lead_export import COLUMNS, export_leads
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.http.writing import writes


@blueprint.get("/export.csv")
@fresh
@writes
def export_csv() -> Response:
    """Recorded, and so often only; a look by HEAD takes nothing."""
    answer = Response(mimetype=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="requests-{g.clinic.slug}.csv"'
    if request.method != "HEAD":
        limits.take("export-leads", clinic=str(g.clinic.id))
        answer.set_data(csv_text([COLUMNS, *export_leads(g.clinic.id)]))
    return answer
