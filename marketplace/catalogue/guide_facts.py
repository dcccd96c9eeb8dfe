"""What a treatment's guide says in short and draws: usual effects, layers, and the sessions of each procedure.

All of it is stated by the content; what the sources of the content do not state is None here and "Not stated" on pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.catalogue.content_rows import ContentError, check_names, row_of
from marketplace.catalogue.models import Procedure

HOURS_A_DAY = 24
LAYERS = 3  # from the surface down
Span = tuple[int, int]  # lowest and highest


@dataclass(frozen=True)
class Effect:
    """A usual effect of a session and how long it lasts: `hours` or `days`, lowest and highest."""

    label: str
    hours: Span | None = None
    days: Span | None = None
    in_short: bool = False  # named in the answer at the top of the guide

    @property
    def in_hours(self) -> Span:
        """Returns how long it lasts, in hours."""
        low, high = self.days or (0, 0)
        return self.hours or (low * HOURS_A_DAY, high * HOURS_A_DAY)


@dataclass(frozen=True)
class GuideFacts:
    """The words and numbers of a guide that stand outside its text; each may be left out.

    The names that end in `_under` are headings of the guide: what is drawn stands below them.
    """

    what: str = ""
    works: str = ""
    risk: str = ""
    upkeep_months: Span | None = None
    layers: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    depths_under: str = ""
    calendar_under: str = ""
    effects_under: str = ""


def read_guide(raw: Mapping[str, Any]) -> GuideFacts:
    """Returns the facts of a content file. Raises ContentError."""
    check_names(raw, GuideFacts, "guide")
    found = dict(raw)
    if "upkeep_months" in raw:
        found["upkeep_months"] = span(raw["upkeep_months"], "upkeep_months")
    found["effects"] = tuple(_effect(row) for row in raw.get("effects", ()))
    found["layers"] = tuple(raw.get("layers", ()))
    if len(found["layers"]) not in {0, LAYERS}:
        raise ContentError(f"guide: layers are {LAYERS}, from the surface down")
    return GuideFacts(**found)


def _effect(raw: Mapping[str, Any]) -> Effect:
    stated = {unit: span(raw[unit], str(raw.get("label"))) for unit in ("hours", "days") if unit in raw}
    if len(stated) != 1:
        raise ContentError(f"effect: {raw.get('label')} lasts hours or days")
    return row_of(Effect, {**raw, **stated})


def span(raw: Any, where: str) -> Span:
    """Returns lowest and highest of a list of two whole numbers. Raises ContentError."""
    if not (
        isinstance(raw, list) and len(raw) == 2 and all(isinstance(end, int) for end in raw) and 0 < raw[0] <= raw[1]
    ):
        raise ContentError(f"{where}: {raw} is not lowest and highest")
    return raw[0], raw[1]


@dataclass(frozen=True)
class Variant:
    """One way of doing a procedure, with what the sources state of it."""

    name: str
    short: str
    depth_mm: Span | None = None
    sessions: Span | None = None
    spacing_weeks: Span | None = None
    counted_sessions: Span | None = None  # what the site counts with where nothing is stated
    counted_weeks: Span | None = None


def variants(procedure: Procedure) -> list[Variant]:
    """Returns the ways in which the procedure is done: one, unless its content tells several apart."""
    facts = procedure.facts
    if rows := facts.get("variants"):
        return [Variant(row["name"], row["short"], **_stated(row, ())) for row in rows]
    assumed = facts.get("assumed", ())
    return [
        Variant(
            procedure.name,
            procedure.short,
            **_stated(facts, assumed),
            counted_sessions=_pair(facts["sessions"]) if "sessions" in assumed else None,
            counted_weeks=_pair(facts["spacing_weeks"]) if "spacing_weeks" in assumed else None,
        )
    ]


def _stated(facts: Mapping[str, Any], assumed: tuple[str, ...] | list[str]) -> dict[str, Span | None]:
    names = ("depth_mm", "sessions", "spacing_weeks")
    return {name: _pair(facts[name]) if name in facts and name not in assumed else None for name in names}


def _pair(ends: list[int]) -> Span:
    return ends[0], ends[1]
