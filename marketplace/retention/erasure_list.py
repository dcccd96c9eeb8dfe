"""The list of erasures as text, one `id,moment` a line, to be kept beside the backups."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID


class InvalidList(ValueError):
    """A line is not `id,moment`; the message names it by number."""


def lines(erasures: Iterable[tuple[UUID, datetime]]) -> Iterator[str]:
    """The erasures as lines of the list."""
    for request_id, erased_at in erasures:
        yield f"{request_id},{erased_at.isoformat()}"


def read(text: str) -> list[tuple[UUID, datetime]]:
    """The erasures in these lines: all of them or none. Raises InvalidList."""
    return [_read(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _read(number: int, line: str) -> tuple[UUID, datetime]:
    try:
        request_id, moment = line.strip().split(",")
        erased_at = datetime.fromisoformat(moment)
        if erased_at.tzinfo is None:
            raise ValueError("no time zone")
        return UUID(request_id), erased_at
    except ValueError as error:
        raise InvalidList(f"Line {number} is not id,moment") from error
