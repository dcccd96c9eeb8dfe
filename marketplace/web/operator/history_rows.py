"""What happened to a listing or a request, as the entries of a timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from marketplace.accounts.queries import names_of
from marketplace.foundation.audit.log import AuditEntry
from marketplace.web.filters import moment
from marketplace.words.event import ACTORS, code_text, event_title


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
