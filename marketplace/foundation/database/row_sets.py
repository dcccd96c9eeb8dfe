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


def update_from_json(kind: type[Base], columns: Iterable[str], *, parameter: str) -> str:
    """Returns the statement that sets columns of rows by their ids, to the values of a parameter made by `as_text`."""
    table = kind.__tablename__
    changes = ", ".join(f'"{name}" = given."{name}"' for name in columns)
    given = f'json_populate_recordset(CAST(NULL AS "{table}"), CAST(:{parameter} AS json)) AS given'
    return f'UPDATE "{table}" SET {changes} FROM {given} WHERE "{table}".id = given.id'  # noqa: S608 # the model's names


def as_json(kind: type[Base], rows: Iterable[Row]) -> str:
    """Returns the rows as one text, with the model's defaults."""
    columns = list(cast(Table, kind.__table__).columns)
    return as_text([{column.name: _cell(column, row) for column in columns} for row in rows])


def as_text(rows: list[dict[str, Cell]]) -> str:
    """Returns rows that have each of their columns as one text, as `json_populate_recordset` reads it."""
    return json.dumps(rows, default=_plain)


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
