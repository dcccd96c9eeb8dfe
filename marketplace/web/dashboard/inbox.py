"""A clinic's inbox, the requests with the least time left first, and the export of all its requests as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, render_template, request, session, url_for
from flask_babel import gettext as _

from marketplace.accounts.freshness import fresh
from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.foundation.security import limits
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.leads.deletion_duties import leads_to_delete
from marketplace.leads.messages import PATIENT, unread_counts
from marketplace.leads.queries import TABS, frozen_leads, shared
from marketplace.leads.states import AWAITING, READING
from marketplace.quote_requests.photos import numbers_of
from marketplace.quote_requests.queries import name_to_use
from marketplace.quote_requests.states import Purpose
from marketplace.quotes.inbox import COLUMNS, export_leads, inbox, pending_until, tab_counts
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.forms.query import Chip, Tab
from marketplace.web.http.inputs import is_page
from marketplace.web.http.writing import writes
from marketplace.words.lead import INBOX_TABS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from marketplace.foundation.paging import Page
    from marketplace.leads.models import Lead


LAST_LIST = "inbox"  # in the session: where "Back to requests" leads


@dataclass(frozen=True)
class Row:
    """One request in the list. The name is filled in only while the clinic may read the lead."""

    lead: Lead
    name: str
    health: bool
    photos: int | None  # none: not shared
    unread: int
    goes_out_at: datetime | None

    @property
    def has_clock(self) -> bool:
        """Returns whether the clinic's time to reply is running."""
        return self.lead.state in AWAITING and self.goes_out_at is None


@dataclass(frozen=True)
class Asked:
    """The list that the address asks for. `problems` are values that cannot be used, as (id of the field, message)."""

    tab: str | None
    unread: bool
    page: int
    problems: tuple[tuple[str, str], ...]

    @property
    def address(self) -> dict[str, str]:
        """Returns the parameters of the query string that differ from the default list."""
        state = self.tab if self.tab != "new" or self.unread else None
        named = {"state": state or "", "unread": "1" if self.unread else ""}
        return {name: value for name, value in named.items() if value}


@blueprint.get("/leads")
def leads(clinic: Clinic) -> str:
    """Shows one tab of the inbox, or the requests with an unread message."""
    asked = _asked()
    found = inbox(clinic.id, tab=asked.tab, unread=asked.unread, page=asked.page)
    problems = (*asked.problems, *_beyond(asked, found))
    session[LAST_LIST] = asked.address | ({"page": str(found.page)} if found.page > 1 else {})
    return render_template(
        "dashboard/leads.html",
        found=found,
        rows=_rows(found.rows),
        tabs_shown=_tabs(asked, tab_counts(clinic.id)),
        chips_shown=_chips(asked),
        stop=why_stopped(clinic),
        frozen=frozen_leads(clinic.id),
        asked=asked,
        problems=problems,
        has_errors=bool(problems),
        to_delete=leads_to_delete(clinic.id),
        page_url=lambda n: f"{url_for('dashboard.leads')}?{urlencode({**asked.address, 'page': n})}",
    )


def _tabs(asked: Asked, counts: Mapping[str, int]) -> list[Tab]:
    """Returns the tabs in their order; unread messages are the last."""
    states = [
        Tab(str(label), url_for("dashboard.leads", state=code), code == asked.tab, counts[code])
        for code, label in INBOX_TABS.clinic.items()
    ]
    is_unread = asked.unread and not asked.tab
    return [*states, Tab(_("Unread messages"), url_for("dashboard.leads", unread=1), is_unread, counts["unread"])]


def _chips(asked: Asked) -> list[Chip]:
    """Returns the filter for unread messages where a state is asked for, too; else nothing."""
    if not (asked.unread and asked.tab):
        return []
    return [Chip(_("Unread messages"), url_for("dashboard.leads", state=asked.tab))]


def last_list_url() -> str:
    """Returns the address of the list that this browser opened last, with its tab and page."""
    return f"{url_for('dashboard.leads')}?{urlencode(session.get(LAST_LIST, {}))}".rstrip("?")


def _asked() -> Asked:
    state, unread, page = (request.args.get(name, "").strip() for name in ("state", "unread", "page"))
    problems = []
    if state and state not in TABS:
        problems.append(("state", _("There is no list “%(value)s”. Select one of the lists", value=state)))
    if unread not in {"", "1"}:
        problems.append(("unread", _("“%(value)s” does not say what is unread. Use 1", value=unread)))
    if page and not is_page(page):
        problems.append(("page", _("“%(value)s” is not the number of a page", value=page)))
    tab = state if state in TABS else (None if unread == "1" else "new")
    return Asked(tab, unread == "1", int(page) if is_page(page) else 1, tuple(problems))


def _beyond(asked: Asked, found: Page[Lead]) -> list[tuple[str, str]]:
    if asked.page <= found.pages:
        return []
    return [("page", _("There is no page %(n)s. This is page %(last)s, the last", n=asked.page, last=found.page))]


def _rows(leads: Sequence[Lead]) -> list[Row]:
    keys = [lead.id for lead in leads]
    health, with_photos = shared(leads, Purpose.HEALTH), shared(leads, Purpose.PHOTOS)
    unread, out = unread_counts(keys, author=PATIENT), pending_until(keys)
    photos = numbers_of([lead.request_id for lead in leads])
    return [
        Row(
            lead,
            name=name_to_use(lead.request) if lead.state in READING else "",
            health=lead.id in health,
            photos=photos.get(lead.request_id, 0) if lead.id in with_photos else None,
            unread=unread.get(lead.id, 0),
            goes_out_at=out.get(lead.id),
        )
        for lead in leads
    ]


@blueprint.get("/export.csv")
@fresh
@writes
def export_csv(clinic: Clinic) -> Response:
    """Returns all requests of the clinic as a CSV file; a HEAD request exports nothing. Raises LimitReached."""
    answer = Response(mimetype=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="requests-{clinic.slug}.csv"'
    if request.method != "HEAD":
        limits.consume("export-leads", clinic=str(clinic.id))
        answer.set_data(csv_text([COLUMNS, *export_leads(clinic.id)]))
    return answer
