"""A person takes everything along: all of it, and nobody else's."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.leads.actions import answer_question, ask, record_access
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import Make
from tests.reading import Page
from tests.web.patient.test_request_pages import opened

INTERNAL = {
    *(
        "id",
        "ref",
        "treatment_id",
        "procedure_id",
        "data_key",
        "email_hash",
        "draft_at",
        "erased_at",
        "last_answered_at",
        "reminded_at",
    ),
    *("offered_at", "look_again_at", "quotes_mailed_at", "started_from_id"),
    *("procedure_answered", "where_answered", "budget_answered"),
    *("health_sealed", "name_sealed", "contact_sealed", "questions_sealed"),
}


@pytest.fixture
def files(client: Any, make_lead: Make, make_quote: Make, make_request: Make) -> dict[str, str]:
    """The parts of the archive of one request; another person's stands beside it."""
    make_request(email="other@patient.example", name="Otto Other", details="other's details")
    details = {"name": "Ana <b>", "email": "ana@patient.example", "phone": "+44 20 7946 0000", "details": "to latex"}
    lead = make_lead(conditions=["allergy"], questions=["Which needle?"], photos=2, **details)
    ask(lead, "Which area?")
    answer_question(lead, "The cheeks")
    record_access(lead, actor="member:1", what="health")
    make_quote(lead, message="We suggest May", answers=("A fine one",))
    answer = client.get(opened(client, lead.request) + "/export")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["request.json", "photos/1.jpg", "photos/2.jpg", "request.html"]
        return {name: archive.read(name).decode() for name in archive.namelist()}


def leaves(value: object) -> Iterator[str]:
    """Every value in it, as text."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


def test_sp15_every_column_is_there_or_known_to_be_ours(files: dict[str, str]) -> None:
    content = json.loads(files["request.json"])
    missing = {column.name for column in QuoteRequest.__table__.columns} - content.keys()
    assert missing == INTERNAL


def test_sp15_what_was_given_said_and_seen_is_there(files: dict[str, str]) -> None:
    content = json.loads(files["request.json"])
    assert (content["name"], content["email"], content["phone"]) == (
        "Ana <b>",
        "ana@patient.example",
        "+44 20 7946 0000",
    )
    assert (content["conditions"], content["details"], content["questions"]) == (
        ["allergy"],
        "to latex",
        ["Which needle?"],
    )
    (clinic,) = content["clinics"]
    assert [(said["author"], said["body"]) for said in clinic["messages"]] == [
        ("clinic", "Which area?"),
        ("patient", "The cheeks"),
    ]
    (quote,) = content["quotes"]
    assert (quote["plan_can_be_done"], quote["needs_more_trips_than_said"]) == (True, False)
    assert (quote["total"], quote["message"], quote["answers"]) == (48000, "We suggest May", ["A fine one"])
    assert content["consents"][0]["text"].startswith("I agree")
    assert [(look["who"], look["what"]) for look in content["looks"]] == [(clinic["clinic"], "health")]
    assert [files[photo["file"]] for photo in content["photos"]] == ["photo 0", "photo 1"]
    assert content["considered"]
    assert {"RequestConfirmed", "QuoteSent"} <= {entry["what"] for entry in content["history"]}


def test_sp15_the_page_to_read_says_the_same(files: dict[str, str]) -> None:
    told = "".join(Page(files["request.html"]).root.itertext())
    assert not [leaf for leaf in leaves(json.loads(files["request.json"])) if leaf and leaf not in told]


def test_the_page_to_read_runs_and_loads_nothing(files: dict[str, str]) -> None:
    html = files["request.html"]
    assert not re.search(r"<(script|link|img|iframe|style|form)\b|\s(src|href|style|on\w+)=|url\(", html)
    assert "Ana &lt;b&gt;" in html


def test_sp15_nothing_of_anybody_else_is_in_it(files: dict[str, str]) -> None:
    everything = "".join(files.values())
    assert not any(word in everything for word in ("Otto", "other@patient.example", "other's details"))


def test_sp15_nobody_else_gets_it(client: Any, make_request: Make) -> None:
    mine, other = make_request(), make_request(email="other@patient.example")
    opened(client, mine)
    for ref in (other.ref, "MQ-NOBODY22"):
        assert client.get(f"/my/requests/{ref}/export").status_code == 404


def test_it_is_noted_and_a_look_by_head_is_not(client: Any, make_request: Make) -> None:
    base = opened(client, make_request())
    noted = text("SELECT count(*) FROM audit_entry WHERE name = 'RequestExported' AND actor = 'patient'")
    assert client.head(base + "/export").status_code == 200
    assert db.session.scalar(noted) == 0
    client.get(base + "/export")
    assert db.session.scalar(noted) == 1
