"""Describes what a database holds, so that two can be compared: rows and hash of each table, and what is around.

Checks too whether the present keys open it: the oldest and newest of every kind of sealed value.
"""

# ruff: noqa: S608 - the statements are put together from our own words only

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from marketplace.config import REACH_DATABASE
from marketplace.foundation.security.sealed import Box, CannotOpen, KeyMissing

Connection = psycopg.Connection[tuple[Any, ...]]

# Rows are compared as text: these decide how a value is written. No statement of an administrator is cut short.
_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        *("timezone=UTC", "datestyle=ISO,YMD", "intervalstyle=postgres", "bytea_output=hex", "extra_float_digits=1"),
        *("statement_timeout=0", "lock_timeout=30s", "idle_in_transaction_session_timeout=0"),
    )
)
# Whoever was signed in at the time of a backup is not after a restore: a session that was ended must stay so.
LEFT_OUT = ("web_session",)
_OURS = " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS part WHERE part.objid = thing.oid AND part.deptype = 'e')"
_STRUCTURE = {
    "indexes": "SELECT count(*) FROM pg_catalog.pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT count(*) FROM pg_catalog.pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT count(*) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal",
    "routines": f"SELECT count(*) FROM pg_catalog.pg_proc AS thing WHERE pronamespace = 'public'::regnamespace{_OURS}",
    "policies": "SELECT count(*) FROM pg_catalog.pg_policies WHERE schemaname = 'public'",
    "row security": "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relrowsecurity",
    "forced row security": "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relforcerowsecurity",
}


@dataclass(frozen=True)
class Fingerprint:
    """How many rows a table has, and a sum over their hashes that no order changes."""

    rows: int
    hash: str


def connect(url: str) -> Connection:
    """Opens a connection that writes values in one way, whatever the server is set to."""
    return psycopg.connect(make_conninfo(url, options=_OPTIONS, **REACH_DATABASE))


def tables(connection: Connection) -> list[str]:
    """The names of the tables that a backup holds the rows of."""
    rows = connection.execute(
        "SELECT relname FROM pg_catalog.pg_class AS thing WHERE relnamespace = 'public'::regnamespace"
        f" AND relkind = 'r' AND relpersistence = 'p'{_OURS} ORDER BY relname"
    )
    return [str(name) for (name,) in rows if name not in LEFT_OUT]


def fingerprints(connection: Connection) -> dict[str, Fingerprint]:
    """The fingerprint of each table."""
    return {name: _fingerprint(connection, name) for name in tables(connection)}


def _fingerprint(connection: Connection, table: str) -> Fingerprint:
    # 64 bits of SHA-256 a row: the same in every version of PostgreSQL, which its own hash functions do not promise.
    statement = sql.SQL(
        "SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(whole_row::text, 'UTF8')), 'hex'), 16))"
        "::bit(64)::bigint), 0)::text FROM public.{} AS whole_row"
    )
    row = connection.execute(statement.format(sql.Identifier(table))).fetchone()
    assert row is not None
    return Fingerprint(int(row[0]), str(row[1]))


def structure(connection: Connection) -> dict[str, int]:
    """How many indexes, constraints, policies and other things there are around the rows, by kind."""
    return {name: int((connection.execute(query).fetchone() or (0,))[0]) for name, query in _STRUCTURE.items()}


def schema_head(connection: Connection) -> str:
    """The migration the database stands at; "" before the first."""
    if not has_table(connection, "alembic_version"):
        return ""
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return str(row[0]) if row else ""


def has_table(connection: Connection, name: str) -> bool:
    """Whether the table is there."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{name}"]).fetchone()
    return bool(row and row[0])


def is_empty(connection: Connection) -> bool:
    """Whether nobody has made anything in the database yet."""
    return not _statements(connection)


def wipe(connection: Connection) -> None:
    """Drops everything of ours in the database; extensions stay."""
    for statement in _statements(connection):
        connection.execute(statement.encode())


def _statements(connection: Connection) -> list[str]:
    """The statements that drop all tables, views, routines, types and sequences."""
    kinds = (
        ("VIEW", "pg_class", "relnamespace", "relkind = 'v'", "regclass"),
        ("MATERIALIZED VIEW", "pg_class", "relnamespace", "relkind = 'm'", "regclass"),
        ("TABLE", "pg_class", "relnamespace", "relkind IN ('r', 'p')", "regclass"),
        ("ROUTINE", "pg_proc", "pronamespace", "true", "regprocedure"),
        ("TYPE", "pg_type", "typnamespace", "typtype IN ('e', 'd', 'r')", "regtype"),
        ("TYPE", "pg_class", "relnamespace", "relkind = 'c'", "regclass"),
        ("SEQUENCE", "pg_class", "relnamespace", "relkind = 'S'", "regclass"),
    )
    found: list[str] = []
    for kind, catalogue, namespace, condition, name in kinds:
        rows = connection.execute(
            f"SELECT thing.oid::{name}::text FROM pg_catalog.{catalogue} AS thing"
            f" WHERE {namespace} = 'public'::regnamespace AND {condition}{_OURS}".encode()
        )
        found += [f"DROP {kind} IF EXISTS {thing} CASCADE" for (thing,) in rows]
    return found


_OF_REQUEST = "SELECT id, data_key, id, {column} FROM public.quote_request WHERE data_key IS NOT NULL"
_BESIDE_REQUEST = (
    "SELECT request.id, request.data_key, thing.id, thing.{column} FROM public.{table} AS thing"
    " JOIN public.quote_request AS request ON request.id = thing.request_id WHERE request.data_key IS NOT NULL"
)
# A row that is the request's one of its kind has no key of its own.
_ONE_OF_REQUEST = _BESIDE_REQUEST.replace("thing.id,", "request.id,")
_OF_MESSAGE = (
    "SELECT request.id, request.data_key, thing.id, thing.{column} FROM public.message AS thing"
    " JOIN public.lead ON lead.id = thing.lead_id JOIN public.quote_request AS request ON request.id = lead.request_id"
    " WHERE request.data_key IS NOT NULL"
)
_OF_PATIENTS_EMAIL = (
    "SELECT request.id, request.data_key, thing.id, thing.{column} FROM public.email AS thing"
    " JOIN public.quote_request AS request ON request.id = thing.request_id"
    " WHERE request.data_key IS NOT NULL AND thing.data_key IS NULL"
)
_OF_EMAIL = "SELECT id, data_key, id, {column} FROM public.email AS thing WHERE data_key IS NOT NULL"

# What is sealed, and the column it was sealed for.
KINDS = (
    ("health answers", _OF_REQUEST, "quote_request.health_sealed"),
    ("names", _OF_REQUEST, "quote_request.name_sealed"),
    ("contacts", _OF_REQUEST, "quote_request.contact_sealed"),
    ("patients' questions", _OF_REQUEST, "quote_request.questions_sealed"),
    ("messages", _OF_MESSAGE, "message.body_sealed"),
    ("words in quotes", _BESIDE_REQUEST, "quote.message_sealed"),
    ("answers in quotes", _BESIDE_REQUEST, "quote.answers_sealed"),
    ("earlier answers", _BESIDE_REQUEST, "earlier_answer.value_sealed"),
    ("photos", _BESIDE_REQUEST, "photo.picture_sealed"),
    ("answers to check-ins", _BESIDE_REQUEST, "check_in.answer_sealed"),
    ("sessions of passports", _BESIDE_REQUEST, "session_record.details_sealed"),
    ("prices paid", _ONE_OF_REQUEST, "price_answer.paid_sealed"),
    ("reasons of staff", _BESIDE_REQUEST, "access_record.reason_sealed"),
    ("patients' emails", _OF_PATIENTS_EMAIL, "email.text_sealed"),
    ("other emails", _OF_EMAIL, "email.text_sealed"),
)
# A label is part of what is sealed: it stays when its table is renamed.
LABELS = {"access_record.reason_sealed": "look.reason_sealed"}


def unreadable_values(connection: Connection) -> list[str]:
    """The names of the kinds of sealed values that do not open; empty when all is well."""
    return [name for name, query, column in KINDS if not _opens(connection, query, column)]


def _opens(connection: Connection, query: str, column: str) -> bool:
    table, _dot, name = column.partition(".")
    for order in ("ASC", "DESC"):
        ends = f"{query} AND {name} IS NOT NULL ORDER BY 3 {order} LIMIT 1".format(table=table, column=name)
        for owner, data_key, thing, sealed in connection.execute(ends.encode()).fetchall():
            if not _open(owner, data_key, LABELS.get(column, column), row=thing, sealed=sealed):
                return False
    return True


def _open(owner: UUID, data_key: bytes, label: str, *, row: UUID, sealed: bytes) -> bool:
    try:
        Box(data_key, owner=owner).open_bytes(label, sealed, row=row)
    except (CannotOpen, KeyMissing):
        return False
    return True
