"""A calendar file of what a request waits for, and of sessions and trips; it names nothing unless that is wanted."""

from flask import Response, current_app, request

from marketplace.aftercare.calendar import entries
from marketplace.foundation import clock
from marketplace.foundation.values.calendar_file import calendar_file
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.patient.blueprint import blueprint


@blueprint.get("/my/requests/<ref>/calendar.ics")
def calendar(quote_request: QuoteRequest) -> Response:
    """Returns the file; `names=yes` adds treatment and clinic."""
    found = entries(quote_request, with_names=request.args.get("names") == "yes")
    text = calendar_file(found, product=current_app.config["SITE_NAME"], written_at=clock.now())
    answer = Response(text, content_type="text/calendar; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{quote_request.ref}.ics")
    return answer
