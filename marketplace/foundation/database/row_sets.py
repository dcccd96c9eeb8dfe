"""Adds many rows to a table by one statement whose text does not grow with them: the rows are one parameter, as JSON.

Row policies refuse COPY; a statement with a placeholder for each cell is built and parsed anew for each number of rows.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from itertools import islice
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, ColumnDefault, Table, text

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

Cell = Any
Row = Mapping[str, Cell]
AT_ONCE = 5000  # rows a statement, so that no parameter grows without end


def insert_rows(kind: type[Base], rows: Iterable[Row]) -> None:
    """Inserts rows, each by the names of its columns; one that a row does not name has the model's default or NULL.

    Nothing is loaded into the session.
    """
    left = iter(rows)
    statement = text(insert_from_json(kind, parameter="rows"))
    while chunk := list(islice(left, AT_ONCE)):
        db.session.execute(statement, {"rows": as_json(kind, chunk)})


def insert_from_json(kind: type[Base], *, parameter: str) -> str:
    """Returns the statement that inserts the rows of a parameter made by `as_json`."""
    table = kind.__tablename__
    names = ", ".join(f'"{column.name}"' for column in kind.__table__.columns)
    given = f'json_populate_recordset(CAST(NULL AS "{table}"), CAST(:{parameter} AS json))'
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {given}'  # noqa: S608 # names of the model's own


def as_json(kind: type[Base], rows: Iterable[Row]) -> str:
    """Returns the rows as one text, with the model's defaults."""
    columns = list(cast(Table, kind.__table__).columns)
    return json.dumps([{column.name: _cell(column, row) for column in columns} for row in rows], default=_plain)


def _cell(column: Column[Any], row: Row) -> Cell:
    if column.name in row:
        return row[column.name]
    default = cast(ColumnDefault | None, column.default)
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _plain(value: UUID | date | bytes | Enum) -> str:
    """What JSON does not know, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, date) else str(value)
