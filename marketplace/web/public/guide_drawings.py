"""Draws how deep procedures go and how long effects last; each drawing has rows that say the same.

Places along a line are per cent, so that text keeps its size; heights are pixels. Nothing is drawn that the content
does not state.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.guide_facts import HOURS_A_DAY, Effect, GuideFacts, Span, Variant

SURFACE, MILLIMETRE = 84, 56  # pixels: where the skin begins, and a millimetre of depth
FAT_AT = 3.2  # millimetres; sketched, as it differs from place to place, and the page says so
NAME_WIDTH = 12  # characters of a line above a needle
FIRST_NEEDLE, LAST_NEEDLE = 20.0, 74.0  # per cent
LINE, FIRST_LINE = 16, 14  # pixels: of the names above the needles
EFFECT = 46  # pixels: the label of an effect and its bar


def span_words(found: Span) -> str:
    """Returns "4 to 6", or "4" where both are the same."""
    low, high = found
    return str(low) if low == high else _("%(low)s to %(high)s", low=low, high=high)


class Needle(NamedTuple):
    """How deep one procedure goes: its name in lines, its depth in words, and both ends in pixels below the top."""

    lines: list[tuple[int, str]]
    depth: str
    x: float
    top: int
    bottom: int


@dataclass(frozen=True)
class Depths:
    """A section through the skin, and the depth of each procedure in words; None where it is not stated."""

    needles: list[Needle]
    words_at: int  # pixels: the row of the depths in words, below the longest name
    ticks: list[tuple[int, int]]  # pixels, millimetres
    layers: tuple[str, ...]
    fat: int
    height: int
    rows: list[tuple[str, str | None]]
    says: str


def draw_depths(facts: GuideFacts, found: Sequence[Variant]) -> Depths | None:
    """Returns the drawing; None where the content names no layers or no depth is stated."""
    stated = [(each, each.depth_mm) for each in found if each.depth_mm]
    if not facts.layers or not stated:
        return None
    deepest = max(depth[1] for _each, depth in stated)
    step = (LAST_NEEDLE - FIRST_NEEDLE) / max(1, len(stated) - 1)
    needles = [_needle(each.name, depth, FIRST_NEEDLE + n * step) for n, (each, depth) in enumerate(stated)]
    return Depths(
        needles=needles,
        words_at=FIRST_LINE + LINE * max(len(needle.lines) for needle in needles),
        ticks=[(_pixels(mm), mm) for mm in range(deepest + 1)],
        layers=facts.layers,
        fat=_pixels(FAT_AT),
        height=_pixels(deepest + 0.7),
        rows=[(each.name, _millimetres(each.depth_mm) if each.depth_mm else None) for each in found],
        says=". ".join(f"{each.name}: {_millimetres(depth)}" for each, depth in stated) + ".",
    )


def _needle(name: str, depth: Span, x: float) -> Needle:
    lines = [(FIRST_LINE + n * LINE, line) for n, line in enumerate(textwrap.wrap(name, NAME_WIDTH))]
    return Needle(lines, _millimetres(depth), round(x, 2), _pixels(depth[0]), _pixels(depth[1]))


def _pixels(depth: float) -> int:
    return SURFACE + round(depth * MILLIMETRE)


def _millimetres(depth: Span) -> str:
    return _("%(depth)s mm", depth=span_words(depth))


class Bar(NamedTuple):
    """How long an effect lasts: `usual` ends where it may be over, `all` where it should be; per cent."""

    label: str
    lasts: str
    y: int
    usual: float
    all: float


@dataclass(frozen=True)
class Effects:
    """The usual effects by day after a session, and the signs for a doctor, which have no day."""

    bars: list[Bar]
    days: list[tuple[float, int]]
    doctor_y: int
    height: int
    doctor: list[str]
    says: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Returns what the drawing shows, in words."""
        return [(bar.label, bar.lasts) for bar in self.bars]


def draw_effects(effects: Sequence[Effect], doctor: list[str]) -> Effects | None:
    """Returns the drawing; None where the content states no effects. `doctor` are signs that a doctor should see."""
    if not effects:
        return None
    days = max(-(-each.in_hours[1] // HOURS_A_DAY) for each in effects)
    whole = days * HOURS_A_DAY
    bars = [
        Bar(each.label, lasts_words(each), n * EFFECT, _share(each.in_hours[0], whole), _share(each.in_hours[1], whole))
        for n, each in enumerate(effects)
    ]
    doctor_y = len(bars) * EFFECT
    return Effects(
        bars=bars,
        days=[(round(_share(day, days), 2), day) for day in range(days + 1)],
        doctor_y=doctor_y,
        height=doctor_y + (EFFECT if doctor else 0),
        doctor=doctor,
        says=". ".join(f"{bar.label}: {bar.lasts}" for bar in bars) + ".",
    )


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)


def lasts_words(effect: Effect) -> str:
    """Returns "6 to 24 hours" or "2 to 5 days", in the unit that the content states."""
    if effect.days:
        return ngettext("%(span)s day", "%(span)s days", effect.days[1], span=span_words(effect.days))
    return ngettext("%(span)s hour", "%(span)s hours", effect.in_hours[1], span=span_words(effect.in_hours))
