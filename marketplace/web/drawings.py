"""What pages draw with `<use>`: the layered lines behind them, all in one file."""

import hashlib
from dataclasses import dataclass
from math import cos, sin, tau
from typing import NamedTuple

SEGMENTS = 4


class Kind(NamedTuple):
    """A kind of drawing, and how many of it there are."""

    width: int
    height: int
    lines: int
    drawings: int


KINDS = {"tile": Kind(112, 112, lines=9, drawings=24), "band": Kind(640, 56, lines=6, drawings=8)}
KINDS["hero"] = Kind(1280, 160, lines=8, drawings=1)


@dataclass(frozen=True)
class BackdropLine:
    """One line as SVG path data; in each drawing one line is the accent."""

    d: str
    accent: bool


@dataclass(frozen=True)
class _Wave:
    """The sum of two sine waves, shifted a little from line to line, so that neighbouring lines look alike."""

    width: float
    reach: float
    turns: tuple[float, float]
    phases: tuple[float, float]
    drifts: tuple[float, float]

    def at(self, x: float, line: int) -> tuple[float, float]:
        """Returns the height above the line's own level, and the slope, in units of the drawing."""
        height = slope = 0.0
        for share, turns, phase, drift in zip((0.65, 0.35), self.turns, self.phases, self.drifts, strict=True):
            angle = tau * turns * x / self.width + phase + line * drift
            height += share * self.reach * sin(angle)
            slope += share * self.reach * cos(angle) * tau * turns / self.width
        return height, slope


def backdrop_paths(seed: str, *, width: float, height: float, lines: int) -> list[BackdropLine]:
    """Returns the lines of a drawing; none leaves it and exactly one is the accent."""
    chance = [byte / 255 for byte in hashlib.sha256(seed.encode()).digest()]
    gap = height / (lines + 1)
    wave = _Wave(
        width=width,
        reach=gap * (0.45 + 0.35 * chance[0]),
        turns=(0.6 + 0.7 * chance[1], 1.2 + 0.8 * chance[2]),
        phases=(tau * chance[3], tau * chance[4]),
        drifts=(0.15 + 0.4 * chance[5], -0.2 - 0.5 * chance[6]),
    )
    accent = 1 + int(chance[7] * (lines - 3) + 0.5) if lines > 2 else 0
    levels = [gap * (line + 1 + 0.3 * (chance[8 + line % 16] - 0.5)) for line in range(lines)]
    return [BackdropLine(d=_path(wave, level=levels[line], line=line), accent=line == accent) for line in range(lines)]


def drawing(kind: str, seed: str) -> str:
    """Returns the id of the layered lines that belong to the seed: the same on every machine."""
    return f"{kind}{hashlib.sha256(seed.encode()).digest()[0] % KINDS[kind].drawings}"


def svg(icon: str) -> str:
    """Returns the file of all drawings. They take the stroke of the place they are used in, the accent its colour.

    By itself it shows the site's `icon` (SVG): one file less for a browser to ask for.
    """
    layered = (_layered(kind, n) for kind, of in KINDS.items() for n in range(of.drawings))
    return icon.strip().removesuffix("</svg>") + "".join(layered) + "</svg>"


def _layered(kind: str, n: int) -> str:
    width, height, lines, _drawings = KINDS[kind]
    drawn = backdrop_paths(f"{kind}-{n}", width=width, height=height, lines=lines)
    plain, accent = ("".join(line.d for line in drawn if line.accent is wanted) for wanted in (False, True))
    fixed, bold = 'vector-effect="non-scaling-stroke"', 'stroke="currentColor" stroke-width="2" stroke-opacity="1"'
    return (
        f'<symbol id="{kind}{n}" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path {fixed} d="{plain}"/><path {fixed} {bold} d="{accent}"/></symbol>'
    )


def _path(wave: _Wave, *, level: float, line: int) -> str:
    """Returns a smooth curve; each point's tangent is the wave's slope, so that short "S" commands are enough."""
    step = wave.width / SEGMENTS
    reach = step / 3
    height, slope = wave.at(0, line)
    start = level + height
    d = f"M0 {start:.1f}C{reach:.1f} {start + slope * reach:.1f} "
    for segment in range(1, SEGMENTS + 1):
        x = segment * step
        height, slope = wave.at(x, line)
        y = level + height
        d += "" if segment == 1 else "S"
        d += f"{x - reach:.1f} {y - slope * reach:.1f} {x:.1f} {y:.1f}"
    return d
