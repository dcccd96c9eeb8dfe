"""Where markers are looked for: what was shown and sent, every column of every table, sealed or not, and files."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from marketplace.backups.contents import LABELS
from marketplace.extensions import db
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security.sealed import Box, CannotOpen
from tests.journeys.marked import MARKERS, Marked, Shown

Found = set[tuple[str, str]]  # a place and the marker that stands there
LINK = re.compile(r"""(?:href|src|action)=["']([^"']*)""")


AMOUNTS = ("own price", "paid")
# An amount is not looked for within a longer number or a hexadecimal one: of those in a log, one may hold its digits.
WORDS = {
    name: re.compile(
        "|".join(
            rf"(?<![0-9a-f.]){re.escape(word)}(?![0-9a-f])" if name in AMOUNTS else re.escape(word) for word in words
        )
    )
    for name, words in MARKERS.items()
}


def markers_in(said: str | bytes) -> list[str]:
    """The names of the markers that stand in it."""
    known = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    known = html.unescape(known).lower()
    return [name for name, word in WORDS.items() if word.search(known)]


def rule_of(app: Flask, path: str) -> str:
    """The rule that answers a path; a page that only takes what is posted is known by the page that shows its form."""
    adapter, bare = app.url_map.bind("127.0.0.1"), path.partition("?")[0]
    method = "GET" if adapter.test(bare, method="GET") else "POST"
    rule, _values = adapter.match(bare, return_rule=True, method=method)
    return str(rule.rule)


def read(shown: Shown) -> bytes:
    """What a page says; of an archive what its files say."""
    if shown.kind != "application/zip":
        return shown.body
    with zipfile.ZipFile(io.BytesIO(shown.body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def on_pages(story: Marked) -> Found:
    """What stands on the pages that each person was shown, in their headers apart from the cookie too."""
    return {
        (f"{shown.role} {rule_of(story.app, shown.path)}", name)
        for shown in story.shown
        for name in {*markers_in(read(shown)), *markers_in(shown.headers.replace(shown.location, ""))}
    }


def in_addresses(story: Marked) -> Found:
    """What stands in the links of pages, where pages lead, and where they were asked for."""
    return {("address", name) for shown in story.shown for link in links(shown) for name in markers_in(link)}


def links(shown: Shown) -> Iterator[str]:
    yield unquote_plus(shown.path)
    yield unquote_plus(shown.location)
    if shown.kind.startswith("text/html"):
        found = (unquote_plus(html.unescape(link)) for link in LINK.findall(shown.body.decode()))
        yield from (link for link in found if not link.startswith(("mailto:", "tel:")))


def in_mails(story: Marked) -> Found:
    """What stands in each mail: its headers, its parts as they are read, and its bytes as they went."""
    found: Found = set()
    for mail in story.sink.given:
        whose = "patient" if "patient.example" in str(mail["to"]) else "clinic"
        for header, value in mail.items():
            found |= {(f"mail to {whose}, {header}", name) for name in markers_in(str(value))}
        for part in mail.walk():
            found |= {(f"mail to {whose}, text", name) for name in markers_in(_read(part))}
    return found


def _read(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def in_database(app: Flask) -> Found:
    """What stands in any column of any table as it is, or once it is opened with whatever key is left."""
    found: Found = set()
    with app.app_context(), as_system():
        boxes = [*_boxes()]
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for table in db.session.scalars(text(tables)).all():
            for (row,) in db.session.execute(text(f'SELECT to_jsonb(row) FROM "{table}" AS row')).all():
                for column, value in row.items():
                    found |= {
                        (f"{table}.{column}", name) for name in _markers_in_value(boxes, table, row, column, value)
                    }
    return found


def _boxes() -> Iterator[Box]:
    for table in ("quote_request", "email"):
        rows = db.session.execute(text(f"SELECT id, data_key FROM {table} WHERE data_key IS NOT NULL")).all()
        yield from (Box(bytes(key), owner=owner) for owner, key in rows)


def _markers_in_value(boxes: list[Box], table: str, row: dict[str, Any], column: str, value: Any) -> set[str]:
    if not isinstance(value, str) or not value.startswith("\\x"):
        return set(markers_in(str(value)))
    data, label = bytes.fromhex(value[2:]), f"{table}.{column}"
    found = set(markers_in(data))
    for box in boxes:
        for owner in (None, UUID(row["id"])) if len(str(row.get("id"))) == 36 else (None,):
            try:
                found |= set(markers_in(box.open_bytes(LABELS.get(label, label), data, row=owner)))
            except CannotOpen:
                continue
    return found


def on_disk(folder: Path) -> Found:
    """What stands in the name or the bytes of any file."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {(file.name, name) for file in files for name in {*markers_in(str(file)), *markers_in(file.read_bytes())}}


def in_memory(app: Flask) -> Found:
    """What the caches of pages and of parts of pages hold."""
    pages, parts = app.extensions["page_cache"], app.extensions["page_parts"]
    kept = [(key, page.body) for store in (pages.pages, pages.refusals) for key, (page, _size) in store._pages.items()]
    kept += [(key, str(value).encode()) for key, value in parts._values.items()]
    return {("cache", name) for key, body in kept for name in {*markers_in(str(key)), *markers_in(body)}}
