"""A clinic's inbox, the requests with the least time left first, and the export of all its requests as CSV."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, render_template, request, session, url_for
from flask_babel import gettext as _

from marketplace.accounts.freshness import fresh
from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.foundation.database.engines import read_as_clinic
from marketplace.foundation.security import limits
from marketplace.foundation.security.sealed import Box
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.foundation.values.cursors import NotACursor
from marketplace.leads.queries import refs_of_frozen
from marketplace.leads.states import AWAITING, READING, TABS
from marketplace.quote_requests.queries import open_name
from marketplace.quotes.inbox import MAX_PAGE, InboxFilter, inbox, read_place
from marketplace.quotes.inbox_statement import MAX_NAMED
from marketplace.quotes.lead_export import COLUMNS, export_leads
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.forms.query import Chip, Tab
from marketplace.web.http.inputs import is_page
from marketplace.web.http.writing import writes
from marketplace.words.lead import INBOX_TABS

if TYPE_CHECKING:
    from marketplace.clinics.search import Total
    from marketplace.quotes.inbox import Inbox, InboxRow


LAST_LIST = "inbox"  # in the session: where "Back to requests" leads
Problem = tuple[str, str]  # id of the field, message


@dataclass(frozen=True)
class Row:
    """One request in the list. The name is filled in only while the clinic may read the lead."""

    lead: InboxRow
    name: str

    @property
    def has_clock(self) -> bool:
        """Returns whether the clinic's time to reply is running."""
        return self.lead.state in AWAITING and self.lead.held_until is None


@dataclass(frozen=True)
class Asked:
    """The list that the address asks for, its page in the address's words, and values that cannot be used."""

    wanted: InboxFilter
    place: dict[str, str]
    problems: tuple[Problem, ...]

    @property
    def address(self) -> dict[str, str]:
        """Returns the parameters of the query string that differ from the default list, without the page."""
        tab, unread = self.wanted.tab, self.wanted.unread
        named = {"state": (tab or "") if tab != "new" or unread else "", "unread": "1" if unread else ""}
        return {name: value for name, value in named.items() if value}


@blueprint.get("/leads")
def leads(clinic: Clinic) -> str:
    """Shows one tab of the inbox, or the requests with an unread message."""
    asked = _asked()
    read_as_clinic(clinic.id)
    found = inbox(clinic.id, asked.wanted)
    session[LAST_LIST] = asked.address | asked.place
    problems = (*asked.problems, *_beyond(asked, found))
    return render_template(
        "dashboard/leads.html",
        rows=[Row(row, _name_of(row)) for row in found.rows],
        tabs_shown=_tabs(asked.wanted, found.counts),
        chips_shown=_chips(asked.wanted),
        stop=why_stopped(clinic, has_checks=found.has_checks),
        asked=asked.wanted,
        problems=problems,
        has_errors=bool(problems),
        **_named_beside(clinic, found),
        **_neighbours(asked, found),
    )


def _named_beside(clinic: Clinic, found: Inbox) -> dict[str, object]:
    """Returns the references of what is frozen, and of what is to be deleted."""
    closed = [each.lead_id for each in found.to_delete if each.ref is None]
    shown = found.frozen[:MAX_NAMED]
    refs = refs_of_frozen(clinic.id, [*shown, *closed])
    return {
        "frozen": [refs[lead_id] for lead_id in shown if lead_id in refs],
        "more_frozen": len(found.frozen) > MAX_NAMED,
        "to_delete": [ref for each in found.to_delete if (ref := each.ref or refs.get(each.lead_id))],
    }


def _name_of(row: InboxRow) -> str:
    return open_name(row.name_sealed, box=Box(row.data_key, owner=row.request_id)) if row.state in READING else ""


def _tabs(wanted: InboxFilter, counts: dict[str, Total]) -> list[Tab]:
    """Returns the tabs in their order; unread messages are the last."""
    states = [
        Tab(str(label), url_for("dashboard.leads", state=code), code == wanted.tab, _counted(counts[code]))
        for code, label in INBOX_TABS.clinic.items()
    ]
    is_unread = wanted.unread and not wanted.tab
    unread = Tab(_("Unread messages"), url_for("dashboard.leads", unread=1), is_unread, _counted(counts["unread"]))
    return [*states, unread]


def _counted(total: Total) -> str:
    """Returns "3", or "1,000+" where there are more than were counted."""
    return f"{total.number:,}{'+' if total.more else ''}"


def _chips(wanted: InboxFilter) -> list[Chip]:
    """Returns the filter for unread messages where a state is asked for, too; else nothing."""
    if not (wanted.unread and wanted.tab):
        return []
    return [Chip(_("Unread messages"), url_for("dashboard.leads", state=wanted.tab))]


def _neighbours(asked: Asked, found: Inbox) -> dict[str, str | None]:
    """Returns the addresses of the first page, the one before and the next; None for one that is not there."""
    is_first = asked.wanted.place is None and found.page == 1
    return {
        "first_page": None if is_first else _url(asked.address),
        "page_before": _url(asked.address | {"before": str(found.before)}) if found.before else None,
        "page_after": _url(asked.address | {"after": str(found.after)}) if found.after else None,
    }


def _url(address: dict[str, str]) -> str:
    return f"{url_for('dashboard.leads')}?{urlencode(address)}".rstrip("?")


def last_list_url() -> str:
    """Returns the address of the list that this browser opened last, with its tab and page."""
    return _url(session.get(LAST_LIST, {}))


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
    wanted = InboxFilter(tab, unread == "1", page=int(page) if is_page(page) else 1)
    for name in ("after", "before"):
        if text := request.args.get(name, "").strip():
            return _placed(wanted, name, text, problems)
    return Asked(wanted, {"page": page} if wanted.page > 1 else {}, tuple(problems))


def _placed(wanted: InboxFilter, name: str, text: str, problems: list[Problem]) -> Asked:
    """Returns what is asked for with a page that is named by its place in the list."""
    try:
        place = read_place(text, tab=wanted.tab, unread=wanted.unread)
    except NotACursor:
        words = _("The address names no place in this list, which is shown from its beginning")
        return Asked(InboxFilter(wanted.tab, wanted.unread), {}, (*problems, ("page", words)))
    here = replace(wanted, page=1, after=place) if name == "after" else replace(wanted, page=1, before=place)
    return Asked(here, {name: text}, tuple(problems))


def _beyond(asked: Asked, found: Inbox) -> list[Problem]:
    if asked.wanted.page <= found.page:
        return []
    if found.after:
        words = _("Only the first %(last)s pages have numbers. This is page %(last)s", last=MAX_PAGE)
    else:
        words = _("There is no page %(n)s. This is page %(last)s, the last", n=asked.wanted.page, last=found.page)
    return [("page", words)]


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
