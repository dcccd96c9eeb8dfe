"""What a person leaves is shown only where they consented, and nowhere once they deleted it."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.processes.logs import JsonFormatter
from tests.conftest import app_on
from tests.journeys import marked_story
from tests.journeys.marked import MARKERS, Marked
from tests.journeys.marked_crawl import crawl
from tests.journeys.marked_places import (
    Found,
    in_addresses,
    in_database,
    in_mails,
    in_memory,
    markers_in,
    on_disk,
    on_pages,
)
from tests.mail.sink import Sink

pytestmark = pytest.mark.xdist_group("markers")
OWN = "their own, in their own browser"
ASKED = "the clinic has their consent to the request and to health answers"
CHOSEN = "the clinic was chosen, and has the contact with it"
SEALED = "sealed with the key of the request, which goes with it"
# Where what may stand, and why: a page that is new is in no row, and may show nothing.
ALLOWED: tuple[tuple[str, str, str], ...] = (
    ("patient /treatments/<treatment>/cost", "own price", OWN),
    ("patient /get-quotes/check", "name email phone health question", OWN),
    ("patient /q/<token>/confirm", "name email phone health question", OWN),
    ("patient /my/requests/<ref>", "name", OWN),
    ("patient /my/requests/<ref>/answers/<step>", "name phone health question", OWN),
    ("patient /my/requests/<ref>/clinics", "name health question", OWN),
    ("patient /my/requests/<ref>/compare", "own price", OWN),
    ("patient /my/requests/<ref>/quotes/<int(max=9999):number>", "own price, clinic's words", OWN),
    ("patient /my/requests/<ref>/quotes/<int(max=9999):number>/choose", "name email phone", OWN),
    ("patient /my/requests/<ref>/messages/<clinic>", "message problem, clinic's words", OWN),
    ("patient /my/requests/<ref>/after/<int:week>", "check-in", OWN),
    ("patient /my/requests/<ref>/kept", "paid", OWN),
    ("patient /my/requests/<ref>/phrases", "question", OWN),
    ("patient /my/requests/<ref>/passport", "name lot notes, clinic's words", OWN),
    ("patient /my/requests/<ref>/passport/<int:number>", "lot notes", OWN),
    ("patient /my/requests/<ref>/passport/file", "name lot notes, clinic's words", OWN),
    ("patient /my/requests/<ref>/export", " ".join(MARKERS).replace("own price", "").replace("camera", ""), OWN),
    ("clinic /dashboard/leads/<ref>", "name health question message problem, clinic's words", ASKED),
    ("clinic /dashboard/leads/<ref>", "email phone", CHOSEN),
    ("clinic /dashboard/leads/<ref>/passport", "lot", "what this clinic wrote itself"),
    ("other clinic /dashboard/leads/<ref>", "name health question", ASKED),
    ("doctor /shared/<token>", "health", "ticked by the patient, and opened with the code"),
    ("doctor /p/<token>", "name lot notes, clinic's words", "the passport, opened with the code"),
    ("operator /operator/requests/<ref>", "health", "opened with a reason, which the patient reads"),
    ("address", "own price", "a price that is no person's stands in the address of a comparison"),
    ("mail to patient, To", "email", "where it goes"),
    ("quote.answers_sealed", "clinic's words", SEALED),
    ("earlier_answer.value_sealed", "question", SEALED),
    ("email.recipient_sealed", "email", SEALED),
    ("message.body_sealed", "message problem, clinic's words", SEALED),
    ("price_answer.paid_sealed", "paid", SEALED),
    ("check_in.answer_sealed", "check-in", SEALED),
    ("quote.message_sealed", "clinic's words", SEALED),
    ("quote_request.contact_sealed", "email phone", SEALED),
    ("quote_request.health_sealed", "health", SEALED),
    ("quote_request.name_sealed", "name", SEALED),
    ("quote_request.questions_sealed", "question", SEALED),
    ("session_record.details_sealed", "lot notes, clinic's words", SEALED),
)
# The guide's own words for a sign to have looked at are on pages for everybody.
OF_THE_GUIDE = ("treatment.", "guide.", "anonymous ", "cache", "patient /my/requests/<ref>/passport", "doctor /p/")


def unwanted(found: Found) -> Found:
    """What stands where the table does not allow it."""
    allowed = {(place, name) for place, names, _why in ALLOWED for name in MARKERS if name in names}
    said = {(place, name) for place, name in found if name == "check-in" and place.startswith(OF_THE_GUIDE)}
    return found - allowed - said


@dataclass
class Evidence:
    """All that was found before the deletion and after it, by kind of place."""

    before: dict[str, Found] = field(default_factory=dict)
    after: dict[str, Found] = field(default_factory=dict)
    photos: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def evidence(postgres: EmbeddedPostgres, template_database: str, tmp_path_factory: Any) -> Iterator[Evidence]:
    """The whole story, told once."""
    folder, name, said = tmp_path_factory.mktemp("data"), f"own_{uuid4().hex}", io.StringIO()
    postgres.create_database(name, template=template_database)
    given = {"UNDO_SECONDS": 0, "GROUP_SECONDS": 0, "SLOW_STATEMENT_MS": 0, "PAGE_CACHE_BYTES": 10**7}
    app = app_on(postgres, name, DATA_DIR=str(folder), **given)
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonFormatter("web"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    start = postgres.log.stat().st_size
    sink = Sink()
    sink.start()
    for key, value in {"server": "127.0.0.1", "port": sink.port, "suppress": False}.items():
        setattr(app.extensions["mail"], key, value)
    try:
        yield tell(Marked(app, sink), folder, said, lambda: postgres.log.read_bytes()[start:])
    finally:
        sink.stop()
        root.removeHandler(handler)
        root.setLevel(level)
        with app.app_context():
            db.session.remove()
            engines.dispose()
        postgres.drop_database(name)


def tell(story: Marked, folder: Path, said: io.StringIO, database_log: Any) -> Evidence:
    marked_story.ask(story)
    marked_story.quote(story, "clinic")
    marked_story.quote(story, "other clinic")
    story.work()
    marked_story.decide(story)
    marked_story.afterwards(story)
    crawl(story)
    found = Evidence()
    found.before = {"database": in_database(story.app), "disk": on_disk(folder), "cache": in_memory(story.app)}
    marked_story.delete(story)
    found.after = {"database": in_database(story.app), "disk": on_disk(folder), "cache": in_memory(story.app)}
    found.before |= {"page": on_pages(story), "address": in_addresses(story), "mail": in_mails(story)}
    found.before["job"] = {("job", name) for row in story.jobs for name in markers_in(row)}
    found.before["log"] = {("log", name) for name in {*markers_in(said.getvalue()), *markers_in(database_log())}}
    found.photos = [shown.body for shown in story.shown if shown.kind == "image/jpeg"]
    return found


def test_what_a_person_leaves_is_where_they_consented(evidence: Evidence) -> None:
    assert {kind: sorted(unwanted(found)) for kind, found in evidence.before.items() if unwanted(found)} == {}


def test_every_place_of_the_table_was_seen(evidence: Evidence) -> None:
    seen = set().union(*evidence.before.values())
    rows = [(place, name) for place, names, _why in ALLOWED for name in MARKERS if name in names]
    assert [row for row in rows if row not in seen] == []


def test_once_it_is_deleted_nothing_is_left(evidence: Evidence) -> None:
    left = {
        kind: {each for each in found if not each[0].startswith(OF_THE_GUIDE)} for kind, found in evidence.after.items()
    }
    assert left == {"database": set(), "disk": set(), "cache": set()}


def test_no_photo_says_where_or_by_what_it_was_taken(evidence: Evidence) -> None:
    assert len(evidence.photos) >= 3
    assert [dict(Image.open(io.BytesIO(data)).getexif()) for data in evidence.photos] == [{}] * len(evidence.photos)
