"""Draws a figure's cost against the size of the market as SVG; both axes by powers of ten."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 230, 34, 46
COLOURS = ("#0b6e4f", "#b5541c", "#3b4cc0", "#6b6b6b")
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """Powers of ten between two numbers, from one end of a line to the other."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], *, start: float, end: float) -> "Axis":
        """Returns the axis of whole powers that has room for all the values."""
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def place(self, value: float) -> float:
        """Returns where a value stands."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[float]:
        """Returns the powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def svg(lines: Mapping[str, Points], *, title: str, across: str, up: str) -> str:
    """Returns the drawing: a line with points for each name, and its name at its end."""
    every = [point for points in lines.values() for point in points]
    x = Axis.around([point[0] for point in every], start=LEFT, end=WIDTH - RIGHT)
    y = Axis.around([point[1] for point in every], start=HEIGHT - BOTTOM, end=TOP)
    drawn = [_line(name, points, x, y, colour) for (name, points), colour in zip(lines.items(), COLOURS, strict=False)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, anchor="start", size=14),
        *(_vertical(value, x) for value in x.ticks),
        *(_horizontal(value, y) for value in y.ticks),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across),
        _text(LEFT - 8, TOP - 4, up, anchor="end", size=11),
        *drawn,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(name: str, points: Points, x: Axis, y: Axis, colour: str) -> str:
    places = [(x.place(across), y.place(up)) for across, up in sorted(points)]
    path = " ".join(f"{across},{up}" for across, up in places)
    dots = "".join(f'<circle cx="{across}" cy="{up}" r="3.5" fill="{colour}"/>' for across, up in places)
    last = places[-1]
    end = max(points)[1]
    label = _text(last[0] + 10, last[1] + 4, f"{name}: {end:.3g} ms", anchor="start", fill=colour)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'


def _vertical(value: float, x: Axis) -> str:
    at = x.place(value)
    line = f'<line x1="{at}" y1="{TOP}" x2="{at}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>'
    return line + _text(at, HEIGHT - BOTTOM + 16, f"{value:,.0f}")


def _horizontal(value: float, y: Axis) -> str:
    at = y.place(value)
    line = f'<line x1="{LEFT}" y1="{at}" x2="{WIDTH - RIGHT}" y2="{at}" stroke="#dddddd"/>'
    return line + _text(LEFT - 8, at + 4, f"{value:g}", anchor="end")


def _text(x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12, fill: str = "#333333") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">{escape(words)}</text>'
