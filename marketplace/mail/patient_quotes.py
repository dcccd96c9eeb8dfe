"""What patients are told of quotes: a new one, a changed one, several, one that ends. No amounts stand in an email."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.mail import patients
from marketplace.mail.links import RequestLink
from marketplace.mail.wording import day, short_day
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
from marketplace.quotes.revisions import what_changed


def quotes_arrived(request: QuoteRequest, *, quotes: Sequence[Quote]) -> None:
    """New and changed quotes, one or several in one email; called under the request's lock by `quote_news`.

    One leads to itself, several to where they stand side by side.
    """
    lines = [_line(quote, request) for quote in quotes]
    changed = [line for line in lines if line["changed"]]
    context = {
        "news": [line for line in lines if not line["changed"]],
        "changes": changed,
        "n": len(lines),
        "only": lines[0] if len(lines) == 1 else None,
    }
    path = f"quotes/{quotes[0].number}" if len(quotes) == 1 else "compare"
    patients.put("quotes_arrived", request, context=context, link=RequestLink(request, path))


def quote_ends(quote: Quote) -> None:
    """Seven days before a quote ends, once a quote."""
    request = db.session.get_one(QuoteRequest, quote.request_id)
    path = f"quotes/{quote.number}"
    if patients.recently(request, "quote_ends", path=path, within=timedelta(days=30)):
        return
    context = {
        "clinic": patients.named(quote.lead.clinic, request),
        "ends": day(quote.valid_until, locale=request.locale),
        "ends_short": short_day(quote.valid_until, locale=request.locale),
    }
    patients.put("quote_ends", request, context=context, link=RequestLink(request, path))


def _line(quote: Quote, request: QuoteRequest) -> dict[str, Any]:
    """A clinic's quote, and what is different from the one its patient was told of."""
    known, clinic = _told_of(quote), patients.named(quote.lead.clinic, request)
    until = day(quote.valid_until, locale=request.locale)
    with force_locale(request.locale):
        what = ", ".join(what_changed(known, quote)) if known is not None else ""
        if what:
            line = _("%(place)s. Changed: %(what)s. Stands until %(day)s", place=clinic["place"], what=what, day=until)
        else:
            line = _("%(place)s. Stands until %(day)s", place=clinic["place"], day=until)
    return {**clinic, "line": line, "changed": known is not None}


def _told_of(quote: Quote) -> Quote | None:
    """The clinic's last one that was mailed; what was replaced before anybody heard of it is no change."""
    earlier = select(Quote).where(Quote.lead_id == quote.lead_id, Quote.id != quote.id, Quote.mailed_at.is_not(None))
    return db.session.scalar(earlier.order_by(Quote.sent_at.desc()).limit(1))
