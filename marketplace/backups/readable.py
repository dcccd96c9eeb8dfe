"""Whether the present keys open what a database holds: of every kind of sealed value the oldest and the newest."""

from uuid import UUID

from marketplace.backups.database import Connection
from marketplace.foundation.sealed import Box, CannotOpen

_OF_REQUEST = "SELECT id, data_key, id, {column} FROM public.quote_request WHERE data_key IS NOT NULL"
_OF_QUOTE = (
    "SELECT request.id, request.data_key, thing.id, thing.{column} FROM public.quote AS thing"
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

# What is sealed, where it stands, in which column, and the place it was sealed for.
KINDS = (
    ("health answers", _OF_REQUEST, "health_sealed", "health"),
    ("names", _OF_REQUEST, "name_sealed", "name"),
    ("contacts", _OF_REQUEST, "contact_sealed", "contact"),
    ("patients' questions", _OF_REQUEST, "questions_sealed", "questions"),
    ("messages", _OF_MESSAGE, "body_sealed", "message:{id}"),
    ("words in quotes", _OF_QUOTE, "message_sealed", "quote_message:{id}"),
    ("answers in quotes", _OF_QUOTE, "answers_sealed", "quote_answers:{id}"),
    ("patients' emails", _OF_PATIENTS_EMAIL, "text_sealed", "email_text:{id}"),
    ("other emails", _OF_EMAIL, "text_sealed", "email_text:{id}"),
)


def unreadable(connection: Connection) -> list[str]:
    """The kinds that do not open; empty when all is well."""
    return [name for name, query, column, place in KINDS if not _opens(connection, query, column, place)]


def _opens(connection: Connection, query: str, column: str, place: str) -> bool:
    for order in ("ASC", "DESC"):
        ends = f"{query} AND {column} IS NOT NULL ORDER BY 3 {order} LIMIT 1".format(column=column)
        for owner, data_key, thing, sealed in connection.execute(ends.encode()).fetchall():
            if not _open(owner, data_key, place.format(id=thing), sealed):
                return False
    return True


def _open(owner: UUID, data_key: bytes, place: str, sealed: bytes) -> bool:
    try:
        Box(data_key, owner=owner).open(place, sealed)
    except CannotOpen:
        return False
    return True
