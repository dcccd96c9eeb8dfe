"""What may be told of an error: its kind, where it happened, the database's codes; never its text."""

import traceback
from pathlib import Path

from marketplace.config import UnsafeConfiguration
from marketplace.processes.problems import CannotStart

ROOT = Path(__file__).resolve().parents[2]
MOST_FRAMES = 20
# Written for whoever started the process; they name settings, no values.
FOR_THE_KEEPER = (CannotStart, UnsafeConfiguration)


def told(error: BaseException, *, frames: bool) -> dict[str, object]:
    """The fields of a line."""
    chain = list(_chain(error))
    line: dict[str, object] = {"error": " < ".join(_kind(each) for each in chain)}
    if frames:
        line["frames"] = _frames(error)
    for each in chain:
        if isinstance(each, FOR_THE_KEEPER):
            line["says"] = str(each)
        if sqlstate := getattr(each, "sqlstate", None):
            diagnosis = getattr(each, "diag", None)
            line |= {"sqlstate": str(sqlstate), "constraint": getattr(diagnosis, "constraint_name", None)}
    return line


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    next_one: BaseException | None = error
    while next_one is not None and next_one not in found:
        found.append(next_one)
        next_one = next_one.__cause__ or next_one.__context__
    return found


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-3:])
