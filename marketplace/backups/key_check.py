"""Checks whether the present keys open what a database holds: the oldest and newest of every kind of sealed value."""

from uuid import UUID

from marketplace.backups.contents import Connection
from marketplace.foundation.security.sealed import Box, CannotOpen, KeyMissing

_OF_REQUEST = "SELECT id, data_key, id, {column} FROM public.quote_request WHERE data_key IS NOT NULL"
_BESIDE_REQUEST = (
    "SELECT request.id, request.data_key, thing.id, thing.{column} FROM public.{table} AS thing"
    " JOIN public.quote_request AS request ON request.id = thing.request_id WHERE request.data_key IS NOT NULL"
)
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
    ("photos", _BESIDE_REQUEST, "photo.picture_sealed"),
    ("reasons of staff", _BESIDE_REQUEST, "access_record.reason_sealed"),
    ("patients' emails", _OF_PATIENTS_EMAIL, "email.text_sealed"),
    ("other emails", _OF_EMAIL, "email.text_sealed"),
)
# A label is part of what is sealed: it stays when its table is renamed.
LABELS = {"access_record.reason_sealed": "look.reason_sealed"}


def unreadable(connection: Connection) -> list[str]:
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
