"""The layered lines behind pages as SVG paths: the same seed gives the same lines on every machine."""

import hashlib
from dataclasses import dataclass
from math import cos, sin, tau

from flask import Flask

SEGMENTS = 4


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


def install(app: Flask) -> None:
    """Makes the lines known to the templates; components/strata.html draws them."""
    app.jinja_env.globals["backdrop_paths"] = backdrop_paths


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
