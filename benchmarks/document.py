"""Writes the figures into docs/performance.md, between marks, and the plot beside it: neither is typed by hand."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import figures, plot, reasons
from benchmarks.figures import CPU, Figure

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "pictures" / "performance.svg"
MARK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.S)
# CPU milliseconds, web and PostgreSQL, before this was measured regularly (November 2026, 100,000 clinics).
BEFORE = {
    ("1", "list, no filter: R / ours"): 1565,
    ("1", "list, country, procedure, language: R / ours"): 659,
    ("1", "list, text: R / ours"): 359,
    ("2", "prices: R / ours"): 31,
    ("2", "guide: R / ours"): 11,
    ("2", "clinic: R / ours"): 14,
}


def write(found: Sequence[Figure]) -> None:
    """Writes page and plot from the figures."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), found), "utf-8")
    PLOT.write_text(drawing(found), "utf-8")


def filled(page: str, found: Sequence[Figure]) -> str:
    """Returns the page with the figures between its marks."""
    return MARK.sub(lambda mark: f"{mark[1]}{SECTIONS[mark[2]](found)}\n{mark[3]}", page)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _goals(found: Sequence[Figure]) -> str:
    header = ("row", *figures.COLUMNS[1:])
    main = figures.main_run(found)
    rows = [
        (
            *(each.row, each.figure, f"{each.value:g} {each.unit}", _number(each.yardstick), f"{each.ratio:.3g}"),
            *(each.goal, "met" if each.met else "**missed**", f"{each.spread:.0%}", each.size),
            figures.other_run(each, main),
        )
        for each in found
    ]
    return _table(header, rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _pages(found: Sequence[Figure]) -> str:
    header = ("page", "before", "now", "of it PostgreSQL", "R or K")
    rows = [
        (
            *(each.figure.rpartition(":")[0], _number(BEFORE.get((each.row, each.figure))), f"{each.value:.3g}"),
            *(f"{each.database:.2g}", _number(each.yardstick)),
        )
        for each in found
        if each.row in {"1", "2", "3"} and each.unit == CPU
    ]
    return _table(header, rows)


def _carries(found: Sequence[Figure]) -> str:
    shown = {"1": "lists", "2": "pages", "3": "cached", "6": "forms", "8": "mails"}
    rows = [
        (each.figure.rpartition(":")[0] or each.figure, f"{each.per_second:,.0f}")
        for each in found
        if each.row in shown and each.per_second
    ]
    return _table(("what", "a second and core"), rows)


def _missed(found: Sequence[Figure]) -> str:
    rows = [each for each in found if not each.met]
    if not rows:
        return "Every goal is met."
    missed = [f"- Row {each.row}, {each.figure} ({each.size}): {each.ratio:.3g}, goal {each.goal}" for each in rows]
    why = _table(
        ("row", "likely why (not measured apart), and what would be tried next"), reasons.of_missed(found).items()
    )
    return "\n".join([*missed, "", why])


def _when(found: Sequence[Figure]) -> str:
    if not found:
        return "Nothing was measured yet."
    main, met = figures.main_run(found), sum(each.met for each in found)
    others = sum(each.run != main for each in found)
    days = sorted({each.date[:10] for each in found if each.run == main})
    said = f"Measured {main or ' to '.join(dict.fromkeys((days[0], days[-1])))}"
    said += f", but for {others} figures whose own run stands beside them" if others else ""
    return f"{said}: {met} of {len(found)} figures meet their goal."


SECTIONS: dict[str, Callable[[Sequence[Figure]], str]] = {
    "when": _when,
    "goals": _goals,
    "pages": _pages,
    "carries": _carries,
    "missed": _missed,
}


def drawing(found: Sequence[Figure]) -> str:
    """Returns the plot: the list page and the routing query by the number of clinics, R beside them."""
    growth = [each for each in found if each.row == "5"]
    lists = [(each.count, each.value) for each in growth]
    lists += [(10_000, each.yardstick) for each in growth[:1] if each.yardstick]
    routing = {each.count: each.value for each in found if each.row == "10"}
    plain = [each.yardstick for each in found if each.row == "1" and each.yardstick]
    lines: dict[str, plot.Points] = {"list page": lists, "routing query": list(routing.items())}
    if plain and lists:
        middle = sorted(plain)[len(plain) // 2]
        lines["plain page R"] = [(min(lists)[0], middle), (max(lists)[0], middle)]
    shown = {name: points for name, points in lines.items() if points}
    if not shown:
        shown = {"nothing measured yet": [(1000, 1), (100_000, 1)]}
    return plot.svg(shown, title="Cost against the size of the market", across="clinics", up="ms")


if __name__ == "__main__":
    write(figures.read())
