"""The audit log in ids and codes only, and the history of one listing or request as a timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import names_of
from marketplace.clinics import operator_queries as clinics
from marketplace.foundation.audit import operator_queries as audit_queries
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.security.input_safety import has_unsafe_characters
from marketplace.quote_requests import queries as request_desk
from marketplace.web.filters import moment
from marketplace.web.forms.query import Chip
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.list_query import unusable
from marketplace.words.event import ACTORS, code_text, event_title

LAST_YEAR = 9999
FILTERS = {"event": _l("What"), "actor": _l("By"), "ref": _l("Request"), "clinic": _l("Clinic"), "day": _l("Day (UTC)")}


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One entry; its attributes have the names that the macro `timeline` reads."""

    when: datetime
    when_text: str
    title: str
    text: str


def listing_history(history: Sequence[AuditEntry]) -> list[HistoryRow]:
    """Returns a row for each entry, in their order: the reason where one was given, and the actor."""
    names = actors(entry.actor for entry in history)
    return [_row(entry, about=code_text(entry.event, entry.reason), by=names[entry.actor]) for entry in history]


def request_history(history: Sequence[AuditEntry], *, clinic_names: Mapping[UUID, str]) -> list[HistoryRow]:
    """Returns a row for each entry, in their order: the clinic it is about, if any, and the actor."""
    names = actors(entry.actor for entry in history)
    return [
        _row(entry, about=clinic_names.get(entry.clinic_id) if entry.clinic_id else None, by=names[entry.actor])
        for entry in history
    ]


def _row(entry: AuditEntry, *, about: str | None, by: str) -> HistoryRow:
    words = _("By %(who)s", who=by)
    return HistoryRow(
        when=entry.at,
        when_text=moment(entry.at).striptags(),
        title=str(event_title(entry.event)),
        text=_("%(about)s. %(by)s", about=about, by=words) if about else words,
    )


def actors(codes: Iterable[str]) -> dict[str, str]:
    """Returns the actors in words: operators and members by name, patients and timers by what they are."""
    codes = set(codes)
    people = {code: UUID(code.partition(":")[2]) for code in codes if ":" in code}
    names = names_of(people.values())
    kinds = ACTORS.operator
    return {code: names.get(people[code], code) if code in people else str(kinds.get(code, code)) for code in codes}


@blueprint.get("/audit")
def audit_log() -> ResponseReturnValue:
    """Shows the entries, newest first. A filter whose value belongs to nothing known finds no entry."""
    chosen = {name: _filter_value(name) for name in FILTERS}
    found = audit_queries.entries(_wanted(chosen), after=_position(request.args.get("after", "")))
    entries = [row.entry for row in found.rows]
    return render_template(
        "operator/audit.html",
        found=found,
        chosen=chosen,
        labels=FILTERS,
        event_choices=[(name, event_title(name)) for name in audit_queries.event_names()],
        chips_shown=_chips(chosen),
        refs=request_desk.refs_of(entry.request_id for entry in entries if entry.request_id),
        slugs=clinics.slugs_of(entry.clinic_id for entry in entries if entry.clinic_id),
        state=audit_queries.seal_state(),
        only=lambda **changed: _url(chosen | changed),
        older=_as_text(found.older),
    )


def _filter_value(name: str) -> str:
    text = request.args.get(name, "").strip()
    return "" if has_unsafe_characters(text) else text


def _chips(chosen: dict[str, str]) -> list[Chip]:
    """Returns each filter in use; an event is named by its title."""
    titles = {name: event_title(value) if name == "event" else value for name, value in chosen.items() if value}
    return [Chip(f"{FILTERS[name]}: {title}", _url(chosen | {name: ""})) for name, title in titles.items()]


def _url(values: dict[str, Any]) -> str:
    return url_for("operator.audit_log", **{name: value for name, value in values.items() if value})


def _wanted(chosen: dict[str, str]) -> audit_queries.Filter:
    request_id = request_desk.id_of(chosen["ref"].upper()) if chosen["ref"] else None
    clinic_id = clinics.id_of(chosen["clinic"]) if chosen["clinic"] else None
    unknown = (chosen["ref"] and request_id is None) or (chosen["clinic"] and clinic_id is None)
    day = _day(chosen["day"])
    _note_unknown(chosen, {"ref": request_id, "clinic": clinic_id, "day": day})
    return audit_queries.Filter(
        actor=chosen["actor"],
        event=chosen["event"],
        request_id=request_id,
        clinic_id=clinic_id,
        day=day,
        nothing=bool(unknown or (chosen["day"] and day is None)),
    )


def _note_unknown(chosen: dict[str, str], found: Mapping[str, UUID | date | None]) -> None:
    """Notes each filter whose value belongs to nothing known, beside its field."""
    if chosen["event"] and chosen["event"] not in audit_queries.event_names():
        unusable(_("“%(value)s” is on no list", value=chosen["event"]), field="event")
    for name, what in found.items():
        if chosen[name] and what is None:
            words = _("%(label)s: “%(value)s” is not known", label=FILTERS[name], value=chosen[name])
            unusable(words, field=name)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year < LAST_YEAR else None


def _as_text(position: audit_queries.Position | None) -> str | None:
    return f"{position[0].astimezone(UTC).isoformat()}~{position[1]}" if position else None


def _position(text: str) -> audit_queries.Position | None:
    """Returns the position where a page begins; a value that cannot be read is noted and gives the first page."""
    at, _tilde, key = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        found = (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        found = None
    if text and found is None:
        unusable(_("This is no place in the log, which is shown from its newest entry"))
    return found
