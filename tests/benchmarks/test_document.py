"""docs/performance.md says what results.json says."""

import xml.etree.ElementTree as ET
from dataclasses import replace

from benchmarks import document, figures, reasons
from benchmarks.figures import Figure, Goal, figure
from benchmarks.plot import Axis
from benchmarks.reasons import REASONS
from benchmarks.registry import ROWS
from benchmarks.rows import ALL


def of_row(row: str, what: str, *, value: float = 5, count: int = 0) -> Figure:
    goal = Goal(">=", 1.15)
    return figure(
        row, what, value=value, unit="ms CPU", yardstick=6, ratio=1.1, goal=goal, size="100 k clinics", count=count
    )


def test_the_page_says_what_was_measured() -> None:
    page = document.PAGE.read_text("utf-8")
    assert document.filled(page, figures.read()) == page, "python -m benchmarks.document writes it"


def test_the_plot_shows_what_was_measured() -> None:
    assert document.PLOT.read_text("utf-8") == document.drawing(figures.read()), "python -m benchmarks.document"


def test_the_page_has_every_section() -> None:
    assert {name for _begin, name, _end in document.MARK.findall(document.PAGE.read_text("utf-8"))} == set(
        document.SECTIONS
    )


def test_figures_come_between_the_marks() -> None:
    page = "before\n<!-- figures: missed -->\nold\n<!-- end -->\nafter\n"
    found = document.filled(page, [of_row("1", "list: R / ours")])
    assert found.startswith(
        "before\n<!-- figures: missed -->\n- Row 1, list: R / ours (100 k clinics): 1.1, goal >= 1.15\n"
    )
    assert found.endswith("\n<!-- end -->\nafter\n")
    assert "old" not in found


def test_every_row_has_a_reason_and_an_idea() -> None:
    assert ALL
    assert {str(number) for number in ROWS} <= set(REASONS)
    assert reasons.of_missed([of_row("1", "list: R / ours")]) == {"1": REASONS["1"]}


def test_a_page_stands_beside_what_it_was() -> None:
    found = document.SECTIONS["pages"]([of_row("1", "list, no filter: R / ours")])
    assert "| list, no filter | 1565 | 5 |" in found


def test_the_plot_is_an_svg_with_a_line_for_each_series() -> None:
    measured = [of_row("5", "list", value=value, count=count) for count, value in ((1000, 4), (100_000, 5))]
    drawn = ET.fromstring(document.drawing([*measured, of_row("1", "list: R / ours")]))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}polyline")) == 2


def test_an_axis_is_by_powers_of_ten() -> None:
    axis = Axis.around([3, 300], start=0, end=100)
    assert axis.ticks == [1, 10, 100, 1000]
    assert (axis.place(1), axis.place(1000)) == (0, 100)


def test_the_page_tells_runs_apart() -> None:
    found = [replace(of_row(row, "list"), run="2026-11-28 16:30, full at abc") for row in ("1", "2")]
    found.append(replace(of_row("3", "list"), run="2026-11-27 12:00, small at def"))
    assert "Measured 2026-11-28 16:30, full at abc, but for 1 figures" in document.SECTIONS["when"](found)
    assert document.SECTIONS["goals"](found).count("2026-11-27 12:00, small at def") == 1
