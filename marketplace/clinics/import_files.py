"""Reads the records of the clinics' CSV file, each with the number of its first line as an editor counts it."""

import csv
import io
from collections.abc import Iterator

from marketplace.clinics.import_rules import COLUMNS, BadLine

Cells = dict[str | None, object]
SEPARATORS = {";": "a semicolon (;)", "\t": "a tab", "|": "a bar (|)"}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Exception):
    """Nothing of the file could be read; `line` says why."""

    def __init__(self, line: BadLine) -> None:
        super().__init__(str(line))
        self.line = line


def records(data: bytes) -> Iterator[tuple[int, Cells]]:
    """Yields line number and cells of each record that is not empty. Raises UnreadableFile, with its line."""
    text = _text(data)
    _check_separator(text)
    source = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    line = 1
    try:
        head = [" ".join(name.split()).casefold() for name in next(source, [])]
        if head != list(COLUMNS):
            raise UnreadableFile(BadLine(1, f"the first line must be: {','.join(COLUMNS)}"))
        line = source.line_num + 1
        for cells in source:
            if any(cell.strip() for cell in cells):
                yield line, _named(cells)
            line = source.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(BadLine(line, f"what begins on this line cannot be read: {error}")) from error


def _text(data: bytes) -> str:
    if data.startswith(_WIDE_MARKS) or _looks_wide(data):
        raise UnreadableFile(BadLine(1, "this file is UTF-16; save it as “CSV UTF-8”"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(BadLine(line, "this is not UTF-8 text; save the file as “CSV UTF-8”")) from error


def _looks_wide(data: bytes) -> bool:
    """Plain letters in two bytes each: every second byte of the beginning is zero."""
    even, odd = data[:200:2], data[1:200:2]
    return len(data) > 3 and (not any(even) or not any(odd))


def _check_separator(text: str) -> None:
    first = text.split("\n", 1)[0].strip("\r")
    if first.casefold().startswith("sep="):
        raise UnreadableFile(BadLine(1, f"take out the line “{first[:8]}”: columns are separated by commas"))
    for separator, words in SEPARATORS.items():
        if first.count(separator) >= len(COLUMNS) - 1:
            raise UnreadableFile(BadLine(1, f"this file is separated by {words}; save it with commas"))


def _named(cells: list[str]) -> Cells:
    """Cells by column; those beyond the last column stand under None, a missing one is None."""
    named: Cells = dict.fromkeys(COLUMNS)
    named.update(zip(COLUMNS, cells, strict=False))
    return named if len(cells) <= len(COLUMNS) else {**named, None: cells[len(COLUMNS) :]}
