"""A figure: what was measured, beside its yardstick and its goal; kept in results.json, printed as one table."""

import json
import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
CPU = "ms CPU"
_HOLDS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class Goal:
    """What a ratio should be: `Goal("<=", 1.10)`."""

    sign: str
    bound: float

    def met_by(self, ratio: float) -> bool:
        """Whether the ratio reaches it."""
        return bool(_HOLDS[self.sign](ratio, self.bound))

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """One row of results.json. `ratio` is what the goal is about; `spread` is (highest - lowest) / median of it."""

    row: str
    figure: str
    value: float
    unit: str
    yardstick: float | None
    ratio: float
    goal: str
    met: bool
    spread: float
    size: str
    date: str
    note: str = ""
    count: int = 0  # how many clinics or requests there were, where the size is such a number
    database: float = 0.0  # PostgreSQL's part of a value in milliseconds of CPU
    per_second: float = 0.0  # how many of them a core does in a second
    run: str = ""  # the call of `make bench` that measured it: size, commit, when it began


def figure(  # one keyword a column
    row: str,
    what: str,
    *,
    value: float,
    unit: str,
    ratio: float,
    goal: Goal,
    size: str,
    yardstick: float | None = None,
    spread: float = 0.0,
    note: str = "",
    count: int = 0,
    database: float = 0.0,
) -> Figure:
    """Makes a figure of today, with rounded numbers."""
    return Figure(
        row=row,
        figure=what,
        value=_rounded(value),
        unit=unit,
        yardstick=None if yardstick is None else _rounded(yardstick),
        ratio=_rounded(ratio),
        goal=str(goal),
        met=goal.met_by(ratio),
        spread=round(spread, 3),
        size=size,
        date=datetime.now(UTC).isoformat(timespec="minutes"),
        note=note,
        count=count,
        database=_rounded(database),
        per_second=_rounded(1000 / value) if unit == CPU and value else 0.0,
    )


def _rounded(number: float) -> float:
    """Four digits say more than was measured."""
    return float(f"{number:.4g}")


def order(row: str) -> tuple[int, str]:
    """Returns what sorts rows as the table of goals does: 2, 10, 10b."""
    digits = "".join(c for c in row if c.isdigit())
    return int(digits or 0), row


def keep(fresh: Iterable[Figure], *, path: Path = RESULTS) -> list[Figure]:
    """Stores the figures in the place of what the same rows said before; returns all that are kept."""
    new = list(fresh)
    measured = {order(each.row)[0] for each in new}
    left = [each for each in read(path) if order(each.row)[0] not in measured]
    found = sorted([*left, *new], key=lambda each: order(each.row))
    path.write_text(json.dumps([asdict(each) for each in found], indent=1, ensure_ascii=False) + "\n", "utf-8")
    return found


def read(path: Path = RESULTS) -> list[Figure]:
    """Returns the figures kept; none where nothing was measured yet."""
    return [Figure(**row) for row in json.loads(path.read_text("utf-8"))] if path.exists() else []


def main_run(found: Iterable[Figure]) -> str:
    """Returns the run that most of the figures are of."""
    runs = Counter(each.run for each in found)
    return runs.most_common(1)[0][0] if runs else ""


def other_run(each: Figure, main: str) -> str:
    """Returns the run of a figure, or its day where that is not known; nothing where it is of the main run."""
    return "" if each.run == main else each.run or each.date[:10]


COLUMNS = ("", "figure", "value", "yardstick", "ratio", "goal", "", "spread", "size", "of another run")


def table(figures: Sequence[Figure]) -> str:
    """Returns the table as text, one line a figure; notes stand below."""
    main = main_run(figures)
    rows = [COLUMNS, *((*_cells(each), other_run(each, main)) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{each.row}: {each.note}" for each in figures if each.note]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _cells(found: Figure) -> tuple[str, ...]:
    yardstick = "" if found.yardstick is None else f"{found.yardstick:g}"
    ratio, spread = f"{found.ratio:.3g}", f"{found.spread:.0%}" if found.spread else ""
    met = "met" if found.met else "MISSED"
    return (
        found.row,
        found.figure,
        f"{found.value:g} {found.unit}",
        yardstick,
        ratio,
        found.goal,
        met,
        spread,
        found.size,
    )
