"""SP17: whatever is typed, wherever, and whatever goes wrong with it: no log repeats it."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.routing import IntegerConverter, UUIDConverter

from marketplace.extensions import db
from marketplace.foundation.audit.log import set_actor
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security import signed_links
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.processes.logs import JsonFormatter
from marketplace.quote_requests.answer_table import CODED_CHOICES
from marketplace.web.dashboard.quote_form import ASKED_FOR
from tests.conftest import app_on
from tests.factories import PASSWORD, build_account, build_clinic, build_lead, build_member, build_quote
from tests.foundation.test_pictures import picture as drawn
from tests.reading import Page
from tests.web.patient.filling import answer_until

MARKER = "Zzmarkerzz"
SOON = timedelta(hours=1)
NAMES = (
    "procedure concern home_country destinations timing month_from month_to amount currency scope share_budget"
    " conditions details name email languages phone questions clinics adult share_health aftercare wait body question"
    " reason statement password password_confirm new_password new_password_confirm code answers-1 csrf_token to"
    " theme home q treatment country city language max_price sort page note url"
)
HEADERS = (
    "User-Agent Referer X-Request-ID X-Forwarded-For X-Forwarded-Host Authorization Accept-Language"
    " If-None-Match Accept X-Marker"
)


class Site:
    """An app as it is served, on its own database, and everything it says."""

    def __init__(self, app: Flask, server: EmbeddedPostgres, said: io.StringIO) -> None:
        self.app, self._server, self._said = app, server, said
        self._before = server.log.stat().st_size

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line of the log is an object."""
        return [json.loads(line) for line in self._said.getvalue().splitlines()]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The lines about answers."""
        return [line for line in self.lines if line["message"] == "answered"]

    def assert_silent(self) -> None:
        """Neither the site's log nor the database's holds a marker."""
        with self._server.log.open("rb") as log:
            log.seek(self._before)
            database = log.read().decode("utf-8", "replace")
        assert MARKER.lower() not in (self._said.getvalue() + database).lower()


@pytest.fixture
def serving(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Site]:
    name = f"own_{uuid4().hex}"
    postgres.create_database(name, template=template_database)
    app = app_on(postgres, name, TESTING=False, SLOW_STATEMENT_MS=0)  # every statement is written
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonFormatter("web"))
    root, ours = logging.getLogger(), logging.getLogger("marketplace")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield Site(app, postgres, said)
    root.removeHandler(handler)
    root.setLevel(levels[0])
    with app.app_context():
        db.session.remove()
        engines.dispose()
    postgres.drop_database(name)


def paths(app: Flask) -> Iterator[tuple[str, str]]:
    """Every rule, with the marker wherever a text may stand."""
    values: dict[type, object] = {UUIDConverter: UUID(int=7), IntegerConverter: 1}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        known = {name: getattr(rule._converters[name], "items", None) for name in rule.arguments}
        texts = {name: sorted(items)[0] if items else MARKER for name, items in known.items()}
        names = texts | {n: v for n, c in rule._converters.items() for kind, v in values.items() if isinstance(c, kind)}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, adapter.build(rule.endpoint, names, method=method)


def people(app: Flask) -> dict[str, Any]:
    """Everyone who can send something: nobody, a patient at their request, a member, an operator."""
    with app.app_context():
        clinic = build_clinic()
        lead = build_lead(clinic)
        build_quote(lead)
        link = signed_links.token_of(signed_links.issue("page", subject_id=lead.request_id, lifetime=SOON))
        addresses = [build_member(clinic).email, build_account("op@meridian.example", operator=True).email]
        db.session.commit()
    browsers = {name: app.test_client() for name in ("nobody", "patient", *addresses)}
    for cookie in ("sid", "theme", "remember_token", MARKER):
        browsers["nobody"].set_cookie(cookie, MARKER)
    assert browsers["patient"].get(f"/q/{link}").status_code == 303
    for address in addresses:
        answer = browsers[address].post("/account/login", data={"email": address, "password": PASSWORD})
        assert answer.status_code == 303
    return browsers


def test_sp17_nothing_of_a_photo_is_told(serving: Site) -> None:
    exif = Image.Exif()
    exif[0x010E] = f"patient {MARKER}"
    good, broken = drawn(exif=exif), drawn("PNG", exif=exif)[:-30] + MARKER.encode()
    with serving.app.app_context():
        build_clinic()
        db.session.commit()
    browser = serving.app.test_client()
    answer_until(browser, "you")
    for data in (good, broken, MARKER.encode()):
        sent = {"photos": [(io.BytesIO(data), f"{MARKER}.jpg")], "remove": MARKER}
        browser.post("/get-quotes/photos", data=sent, content_type="multipart/form-data")
    assert "photos/" in browser.get("/get-quotes/photos").text
    serving.assert_silent()


def test_sp17_no_route_repeats_what_is_sent(serving: Site) -> None:
    data = dict.fromkeys([*NAMES.split(), *CODED_CHOICES, *ASKED_FOR], MARKER)
    data |= {"email": f"{MARKER}@patient.example", "idem": str(uuid4())}
    for browser in people(serving.app).values():
        for method, path in paths(serving.app):
            if "logout" in path:
                continue
            body = {"data": data} if method == "POST" else {}
            # A form that says it comes from elsewhere goes no further.
            sent = set(HEADERS.split()) - ({"Referer", "Origin"} if body else set())
            browser.open(f"{path}?{MARKER}={MARKER}", method=method, headers=dict.fromkeys(sent, MARKER), **body)
    assert {line["status"] for line in serving.lines if "status" in line} >= {200, 302, 303, 404, 422}
    serving.assert_silent()


def test_sp17_a_request_that_is_typed_in_is_nowhere(serving: Site) -> None:
    browser = serving.app.test_client()
    for path, fields in (
        ("", {}),
        ("/treatment", {"procedure": "facial"}),
        ("/where", {"home_country": "GB", "destinations": "TR"}),
        ("/when", {"timing": "quarter", "trips": "2"}),
        ("/budget", {"amount": "", "currency": "GBP"}),
        ("/health", {"conditions": ["allergy"], "details": MARKER}),
        ("/you", {"name": MARKER, "email": f"{MARKER}@patient.example", "languages": "en", "questions": MARKER}),
        ("/clinics", {"wait": "yes"}),
        ("/check", {"adult": "y", "share_health": "y"}),
    ):
        # The last page says what it showed.
        page = Page(browser.get(f"/get-quotes{path}").text)
        assert browser.post(f"/get-quotes{path}", data=page.fields() | fields).status_code == 303, path
    assert browser.post("/my/link", data={"email": f"{MARKER}@patient.example"}).status_code == 303
    serving.assert_silent()


def breaks_in_code() -> None:
    raise ValueError(f"invalid literal: {MARKER}")


def breaks_in_the_database() -> None:
    db.session.execute(text("SELECT CAST(CAST(:typed AS text) AS integer)"), {"typed": MARKER})


def breaks_a_constraint() -> None:
    row = "(gen_random_uuid(), :typed)"
    with as_system():
        db.session.execute(text(f"INSERT INTO role (id, name) VALUES {row}, {row}"), {"typed": MARKER})


def loses_the_database() -> None:
    raise OperationalError(f"SELECT '{MARKER}'", {"typed": MARKER}, psycopg.OperationalError(MARKER))


@pytest.mark.parametrize(
    ("breaks", "status"),
    [(breaks_in_code, 500), (breaks_in_the_database, 400), (breaks_a_constraint, 409), (loses_the_database, 503)],
)
def test_sp17_a_fault_is_told_by_its_kind(serving: Site, breaks: Any, status: int) -> None:
    serving.app.view_functions["public.front"] = breaks
    answer = serving.app.test_client().get(f"/?typed={MARKER}", headers=dict.fromkeys(HEADERS.split(), MARKER))
    assert answer.status_code == status
    assert MARKER not in answer.text
    told = next(line for line in serving.lines if line["level"] in {"error", "warning"})
    answered = next(line for line in serving.lines if line["message"] == "answered")
    assert (breaks.__name__ in str(told)) is (status == 500)
    assert told["request_id"] == answered["request_id"]
    assert answered["status"] == status
    serving.assert_silent()


def test_an_answer_is_one_line_with_its_rule(serving: Site) -> None:
    answer = serving.app.test_client().get(f"/q/{MARKER}")
    line = next(line for line in serving.lines if line["message"] == "answered")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["endpoint"], line["rule"]) == ("GET", "patient.open_page", "/q/<token>")
    assert (line["status"], line["actor"] in {"anonymous", "patient"}) == (404, True)
    assert line["ms"] > 0


def test_what_an_extension_refuses_has_an_id_too(serving: Site) -> None:
    serving.app.config["WTF_CSRF_ENABLED"] = True
    answer = serving.app.test_client().post("/my/link", data={"email": MARKER})
    line = next(line for line in serving.lines if line["message"] == "answered")
    assert (answer.status_code, line["status"]) == (400, 400)
    assert line["request_id"] == answer.headers["X-Request-ID"] != ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0190e5f0-0000-7000-8000-000000000001", True), ("f" * 32, True), (MARKER * 2, False), ("0" * 16, False)],
)
def test_only_random_ids_of_a_proxy_are_kept(serving: Site, given: str, kept: bool) -> None:
    answer = serving.app.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def test_a_members_line_names_the_account(serving: Site) -> None:
    browser = people(serving.app)["ayse@clinic.example"]
    browser.get("/dashboard/leads")
    assert serving.answers[-1]["actor"].startswith("member:")


def test_what_is_refused_at_once_is_nobodys(serving: Site) -> None:
    """A thread that just answered a member refuses a stranger: not under that member's name."""
    set_actor("operator:0190")
    assert serving.app.test_client().get("/clinics?q=%00").status_code == 400
    assert (serving.answers[-1]["status"], serving.answers[-1]["actor"]) == (400, "anonymous")
