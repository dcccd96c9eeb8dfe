"""What stands in the table and in results.json."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.figures import Figure, Goal, figure
from benchmarks.registry import ROWS, words
from benchmarks.rows import ALL

COLUMNS = {"figure", "value", "yardstick", "ratio", "goal", "met", "spread", "size", "date"}


def made(row: str, *, ratio: float = 1.2) -> Figure:
    return figure(
        row, f"row {row}", value=3.14159, unit="ms CPU", yardstick=3.7, ratio=ratio, goal=Goal(">=", 1.15), size="1 k"
    )


@pytest.mark.parametrize(
    ("goal", "ratio", "met"),
    [
        (Goal(">=", 1.15), 1.15, True),
        (Goal(">=", 1.15), 1.149, False),
        (Goal("<=", 1.1), 1.1, True),
        (Goal("<=", 1.1), 1.11, False),
    ],
)
def test_a_goal_is_met_at_its_bound(goal: Goal, ratio: float, met: bool) -> None:
    assert goal.met_by(ratio) is met


def test_a_figure_has_the_columns_that_others_read() -> None:
    assert set(asdict(made("1"))) >= COLUMNS
    assert made("1").value == 3.142


def test_rows_measured_anew_take_the_place_of_their_earlier_figures(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    figures.keep([made("2"), made("10"), made("1", ratio=1)], path=path)
    kept = figures.keep([made("1", ratio=2)], path=path)
    assert [(each.row, each.ratio) for each in kept] == [("1", 2), ("2", 1.2), ("10", 1.2)]
    assert figures.read(path) == kept


def test_the_table_says_what_is_missed() -> None:
    missed = replace(made("1", ratio=0.5), note="4 at once")
    text = figures.table([missed, made("2")])
    assert "MISSED" in text
    assert "1: 4 at once" in text


def test_the_kept_figures_can_be_read() -> None:
    assert all(each.met == Goal(*_parts(each)).met_by(each.ratio) for each in figures.read())


def _parts(each: Figure) -> tuple[str, float]:
    sign, bound = each.goal.split()
    return sign, float(bound)


def test_every_row_has_its_number_once() -> None:
    assert ALL
    assert set(ROWS) <= set(range(1, 20))


def test_numbers_of_things_are_short() -> None:
    assert [words(n) for n in (20, 1000, 100_000, 1_000_000)] == ["20", "1 k", "100 k", "1 M"]


def test_a_figure_of_another_run_says_so() -> None:
    found = [replace(made(row), run="2026-11-28 16:30, full at abc") for row in ("1", "2")]
    found.append(replace(made("3"), run="2026-11-27 12:00, small at def"))
    main = figures.main_run(found)
    assert [figures.other_run(each, main) for each in found] == ["", "", "2026-11-27 12:00, small at def"]
    assert "2026-11-27 12:00, small at def" in figures.table(found)
