"""`make bench`: measures the rows asked for, prints one table, keeps the figures in results.json."""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks import document, figures, load, reasons
from benchmarks.data.cluster import Cluster
from benchmarks.figures import Figure
from benchmarks.progress import say
from benchmarks.registry import ROWS, SIZES, TINY, Run, Size
from benchmarks.rows import ALL
from marketplace.processes.launch import CannotStart
from marketplace.processes.run import ROOT

_LAST_COMMIT = ("log", "-1", "--format=%h")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 1 where a row could not be measured; a goal that is missed is a figure, no error."""
    given = _read(arguments)
    size = SIZES[given.size]
    name = _name_of_run(size)
    broken: dict[int, Exception] = {}
    found: list[Figure] = []
    kept: list[Figure] = []
    try:
        load.wrk()
        with Cluster() as cluster:
            numbers = given.rows or sorted(ROWS)
            for place, number in enumerate(numbers, start=1):
                say(f"[{place}/{len(numbers)}] row {number}: {ROWS[number][0]}")
                _measure(number, Run(size, cluster), found, broken)
                kept = _keep(
                    [replace(each, run=name) for each in found], size
                )  # after each row: what was measured is not lost with the rest
    except CannotStart as refusal:
        say(str(refusal))
        return 1
    reasons.show(kept)
    for number, problem in broken.items():
        say(f"Row {number} could not be measured: {problem}")
    return bool(broken)


def _name_of_run(size: Size) -> str:
    """Returns what tells this run from others: its size, the commit, when it began."""
    began = f"{datetime.now(UTC):%Y-%m-%d %H:%M}, {size.name}"
    git = shutil.which("git")
    if git is None:
        return began
    found = subprocess.run([git, *_LAST_COMMIT], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return f"{began} at {found.strip()}" if found else began


def _keep(found: list[Figure], size: Size) -> list[Figure]:
    """Stores the figures, unless they are of a trial of the harness; returns all that are kept."""
    if size is TINY:
        return found
    kept = figures.keep(found)
    document.write(kept)
    return kept


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("rows", nargs="*", type=_row, metavar="ROW", help="all where none is named")
    return parser.parse_args(arguments)


def _row(given: str) -> int:
    """Returns the number of a row. Raises ArgumentTypeError for any other text; `choices` would refuse none at all."""
    if not given.isdecimal() or int(given) not in ROWS:
        raise argparse.ArgumentTypeError(f"{given} is none of the rows {', '.join(map(str, sorted(ROWS)))}")
    return int(given)


def _measure(number: int, run: Run, found: list[Figure], broken: dict[int, Exception]) -> None:
    """Measures a row; one that breaks does not stop the others."""
    _what, measure = ROWS[number]
    began = time.monotonic()
    try:
        for each in measure(run):
            found.append(each)
    except CannotStart:
        raise
    except Exception as problem:
        broken[number] = problem
    finally:
        say(f"  took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    assert ALL
    sys.exit(main(sys.argv[1:]))
