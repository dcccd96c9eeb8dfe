"""Bars and lines on the terminal; plain lines where the output is a file."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

T = TypeVar("T")
CONSOLE = Console(highlight=False)


def say(line: str) -> None:
    """Prints a line."""
    CONSOLE.print(line, markup=False)


def bar(items: Iterable[T], *, what: str, total: int, step: int = 1) -> Iterator[T]:
    """Yields the items and shows how far they are, `step` for each, in a bar that is taken away at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=CONSOLE,
        transient=True,
        refresh_per_second=2,
        disable=not CONSOLE.is_terminal,
    ) as shown:
        task = shown.add_task(what, total=total)
        for item in items:
            yield item
            shown.advance(task, step)
