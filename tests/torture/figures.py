"""What the experiments measured, as one table and as a file."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "torture.json"
SCALE = float(os.environ.get("TORTURE_SCALE", "1"))


def scaled(full: int, *, least: int = 1) -> int:
    """The size of an experiment: TORTURE_SCALE=0.1 is for trying."""
    return max(least, round(full * SCALE))


@dataclass
class Figure:
    """One row."""

    case: str
    what: str
    figure: str
    result: str = ""
    seconds: int = 0
    scale: float = SCALE
    date: str = ""


class Figures:
    """Collects rows while the tests run; a test that breaks before it measured anything has its row too."""

    def __init__(self) -> None:
        self._of_test: dict[str, list[Figure]] = {}

    def note(self, node: str, figure: Figure) -> None:
        """A figure of a test that is still running."""
        self._of_test.setdefault(node, []).append(figure)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The test's outcome is its figures' outcome."""
        if report.when == "setup" and report.passed:
            return
        figures = self._of_test.setdefault(report.nodeid, [])
        result = {"passed": "pass", "failed": "FAIL", "skipped": "skipped"}[report.outcome]
        if not figures and result != "pass":
            case, words = _named(report.nodeid)
            figures.append(Figure(case, words, _reason(report)))
        for figure in figures:
            if figure.result != "FAIL":
                figure.result = result if report.when != "teardown" or result == "FAIL" else figure.result
            figure.seconds += round(report.duration)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table, and the file with what earlier runs measured of other cases."""
        figures = [figure for found in self._of_test.values() for figure in found]
        for line in table(figures):
            terminalreporter.write_line(line)
        if figures:
            keep(figures)


def _named(nodeid: str) -> tuple[str, str]:
    case, _, words = nodeid.rpartition("::test_")[2].partition("_")
    return case.upper(), words.replace("_", " ")


def _reason(report: pytest.TestReport) -> str:
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return "broke before it measured anything"


def table(figures: list[Figure]) -> Iterator[str]:
    """Case, what, figure, result; in the order of the cases."""
    rows = [("case", "what", "figure", "result")]
    rows += [(f.case, f.what, f.figure, f.result) for f in sorted(figures, key=_order)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    yield ""
    for row in rows:
        yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _order(figure: Figure) -> tuple[str, int]:
    letters, number = re.fullmatch(r"([A-Z]*)(\d*).*", figure.case.upper()).groups()
    return letters, int(number or 0)


def keep(figures: list[Figure]) -> None:
    """Into benchmarks/torture.json, in the place of what the same cases said before."""
    now = datetime.now(UTC).isoformat(timespec="minutes")
    fresh = [asdict(figure) | {"date": now} for figure in sorted(figures, key=_order)]
    earlier = json.loads(FILE.read_text()) if FILE.exists() else []
    cases = {row["case"] for row in fresh}
    FILE.parent.mkdir(exist_ok=True)
    rows = [row for row in earlier if row["case"] not in cases] + fresh
    FILE.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
