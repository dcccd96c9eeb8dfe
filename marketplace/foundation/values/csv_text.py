"""Writes CSV: RFC 4180, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPE = "text/csv"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV, lines ending in CR LF.

    Text that begins as a formula does gets an apostrophe before it, a number does not.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row])
    return out.getvalue()
