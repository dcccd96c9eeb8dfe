"""Every page and every form of the site, asked by those who may, with a few things nobody honest would send."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.test import TestResponse

from tests.reading import Page, form_fields
from tests.world import World, as_it_was, every_rule

WHO = {"patient": "patient", "dashboard": "owner", "operator": "operator", "public": "anonymous"}
# What a person would type where the form stands empty.
TYPED = {
    "email": "ana@patient.example",
    "new_password": "another long password 2",
    "new_password_confirm": "another long password 2",
    "password_confirm": "a long enough password 1",
    "password": "a long enough password 1",
    "name": "Ana",
    "body": "Yes, that is right",
    "question": "Have you had this before?",
    "statement": "The licence has ended",
    "evidence": "Register extract",
    "source": "Public register",
    "expires_on": "2027-06-30",
    "total": "480",
    "price_per_session": "120",
    "sessions": "4",
    "code": "123456",
}
QUERY = ("page", "q", "country", "city", "procedure", "language", "max_price", "currency", "sort", "home", "sessions")
QUERY += ("trips", "state", "mine", "quotes", "view", "fare", "night", "change", "to", "next", "expires_within", "step")
MARKS = ("<mrk>", "mrk49", '" mrk="', "javascript:mrk", "X-Mrk")
HOSTILE = (
    "<mrk></mrk><script>mrk</script>",
    '" mrk="1" onfocus="mrk',
    "' OR 1=1--",
    "mrk{{7*7}}",
    "mrk${7*7}",
    "javascript:mrk",
    "%00",
    "a\x00b",
    "\x1b[31m",
    "a\r\nX-Mrk: 1",
    "\u202emrk\u2066",
    "\ufffe\uffff",
    "e\u0301" * 50,
    "-1",
    "0",
    "1e400",
    "NaN",
    "٣",
    str(2**31),
    str(2**63),
    "9" * 400,
    "a" * 5000,
    "𝒜" * 2001,
    "../../etc/passwd",
    "//evil.example",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "",
    " ",
    "%s%n",
    "{}",
    "[]",
    "null",
    "=1+1",
)
BODIES = (
    ("application/json", b'{"email": {"a": 1}}'),
    ("application/json", b"{"),
    ("text/plain", b"\xff\xfe"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="\xff\x00"\r\n\r\n\xff\r\n--x--',
    ),
    ("multipart/form-data; boundary=" + "y" * 5000, b"--y"),
    ("application/x-www-form-urlencoded", b"a=%zz&%=%&=%00&email=%ff%fe&name=%ED%A0%80"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"email=+ADw-mrk+AD4-"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(1500))),
    ("a/b; c=" + "d" * 9000, b"x"),
)
HEADERS = (
    {"Cookie": "sid=mrk; theme=<mrk>; home=\xff; remember_token=x|\xe9"},
    {"Cookie": "sid=.eJx9.x.x; sid=; tf_validity=<mrk>; =; ;;"},
    {"Cookie": "a=" + "b" * 9000},
    {"Host": "<mrk>.example"},
    {"Host": "localhost:99999"},
    {"X-Forwarded-For": "<mrk>, \x01", "X-Forwarded-Proto": "javascript", "X-Forwarded-Host": "evil.example"},
    {"X-Request-ID": "<mrk>"},
    {"Accept-Language": "<mrk>;q=x, zz-ZZ-zz, " + "a," * 3000},
    {"Accept": "application/json"},
    {"Accept-Encoding": "br;q=x, gzip;q=-1, *;q=0"},
    {"Range": "bytes=5-1,-,9-"},
    {"If-None-Match": "W/mrk,\xff", "If-Modified-Since": "yesterday"},
    {"Referer": "https://evil.example/\xff", "User-Agent": "<mrk>" * 500},
    {"Authorization": "Basic !!!", "Authentication-Token": "mrk"},
    {"Content-Length": "-1"},
    {"Transfer-Encoding": "chunked"},
    {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/operator"},
)


@dataclass(frozen=True)
class Target:
    """A page, or a form as its page shows it, and who may send it."""

    role: str
    method: str
    path: str
    fields: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One request."""

    role: str
    method: str
    path: str
    sent: dict[str, Any]

    def __repr__(self) -> str:
        shown = {name: f"{str(value)[:300]}" for name, value in self.sent.items()}
        return f"{self.role} {self.method} {self.path[:300]} {shown}"


def targets_of(world: World) -> list[Target]:
    """All pages, and all forms that stand on them."""
    pages = [(_role(rule.endpoint), world.path(rule)) for method, rule in every_rule(world.app) if method == "GET"]
    pages += [("anonymous", path) for role, path in pages if role == "owner" and path.startswith("/account")]
    found = [Target(role, "GET", path) for role, path in pages]
    rules = every_rule(world.app)
    posts: dict[tuple[str, str, str], dict[str, list[Any]]] = {
        (_role(rule.endpoint), method, world.path(rule)): {} for method, rule in rules if method == "POST"
    }
    for role, path in pages:
        answer = world.visit(role, path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for form in Page(answer.text).all("form"):
                action = form.get("action") or path
                posts[role, form.get("method", "get").upper(), action] = _filled(form)
    return found + [Target(role, method, path, fields) for (role, method, path), fields in posts.items()]


def _role(endpoint: str) -> str:
    return WHO.get(endpoint.partition(".")[0], "owner" if endpoint.startswith("security") else "anonymous")


def _filled(form: Element) -> dict[str, list[Any]]:
    """As it stands; the first choice where none is made, and plain words where it is empty."""
    fields: dict[str, list[Any]] = dict(form_fields(form))
    for element in form.iter():
        name = element.get("name") or ""
        if element.get("type") in {"radio", "checkbox"} and name not in fields and name != "excluded":
            fields[name] = [element.get("value", "y")]
        if element.tag == "select" and fields.get(name) == [""]:
            fields[name] = [option.get("value", "") for option in element.iter("option")][1:2]
    return {name: [TYPED.get(name, "")] if values == [""] else values for name, values in fields.items()}


def cases_of(targets: list[Target]) -> some.SearchStrategy[Case]:
    """One of them, mostly as it should be, with something wrong."""
    return some.builds(_spoilt, some.sampled_from(targets), some.lists(_spoilings(), min_size=1, max_size=3))


Spoil = Callable[[Target, dict[str, Any]], None]
ODD = some.sampled_from(HOSTILE) | some.text(some.characters(exclude_categories=()), max_size=40)


def _spoilings() -> some.SearchStrategy[tuple[str, int, Any]]:
    place = some.integers(0, 50)
    return some.one_of(
        some.tuples(some.just("field"), place, ODD),
        some.tuples(some.just("field"), place, ODD),
        some.tuples(some.just("path"), place, ODD),
        some.tuples(some.just("query"), place, ODD),
        some.tuples(some.sampled_from(["missing", "twice", "array", "file", "surplus"]), place, ODD),
        some.tuples(some.just("body"), place, some.sampled_from(BODIES)),
        some.tuples(some.just("headers"), place, some.sampled_from(HEADERS)),
        some.tuples(
            some.just("raw query"), place, some.sampled_from(("%zz", "a=%", "%ff=%fe", "&=&", "q=%ED%A0%80", "a[]=1"))
        ),
    )


def _spoilt(target: Target, spoilings: list[tuple[str, int, Any]]) -> Case:
    draft = Draft(target, target.path, {name: list(values) for name, values in target.fields.items()})
    for kind, place, odd in spoilings:
        getattr(draft, f"spoil_{kind.replace(' ', '_')}")(place, odd)
    return draft.case()


@dataclass
class Draft:
    """A request in the making."""

    target: Target
    path: str
    data: dict[str, list[Any]]
    query: list[tuple[str, str]] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)

    def case(self) -> Case:
        """As it is sent."""
        if self.target.method == "GET":
            plain = [(name, value) for name, values in self.data.items() for value in values]
            self.query += [(name, value) for name, value in plain if isinstance(value, str)]
        else:
            self.sent.setdefault("data", self.data)
        if self.query:
            self.sent.setdefault("query_string", urlencode(self.query))
        return Case(self.target.role, self.target.method, self.path, self.sent)

    def _name(self, place: int) -> str:
        names = [*self.data] or ["name"]
        return names[place % len(names)]

    def spoil_field(self, place: int, odd: str) -> None:
        """Something odd instead."""
        self.data[self._name(place)] = [_sendable(odd)]

    def spoil_missing(self, place: int, _odd: str) -> None:
        """Not sent at all."""
        self.data.pop(self._name(place), None)

    def spoil_twice(self, place: int, odd: str) -> None:
        """Sent twice, with different values."""
        self.data.setdefault(self._name(place), []).append(_sendable(odd))

    def spoil_array(self, place: int, odd: str) -> None:
        """As other languages write lists."""
        name = self._name(place)
        self.data[f"{name}[]"] = self.data.pop(name, [_sendable(odd)])

    def spoil_file(self, place: int, odd: str) -> None:
        """A file instead of text."""
        text = _sendable(odd)
        self.data[self._name(place)] = [(io.BytesIO(text.encode()), text.replace("\r", "").replace("\n", "") or "x")]

    def spoil_surplus(self, _place: int, odd: str) -> None:
        """A field nobody asked for."""
        self.data[_sendable(odd) or "x"] = [_sendable(odd)]

    def spoil_path(self, place: int, odd: str) -> None:
        """A part of the path."""
        parts = self.path.split("/")
        parts[1 + place % max(1, len(parts) - 1)] = quote(_sendable(odd), safe="")
        self.path = "/".join(parts)

    def spoil_query(self, place: int, odd: str) -> None:
        """A name that some page reads."""
        self.query.append((QUERY[place % len(QUERY)], _sendable(odd)))

    def spoil_raw_query(self, _place: int, odd: str) -> None:
        """Not even well-formed."""
        self.sent["query_string"] = odd

    def spoil_body(self, _place: int, odd: tuple[str, bytes]) -> None:
        """A body that is no form."""
        if self.target.method == "POST":
            self.sent["content_type"], self.sent["data"] = odd

    def spoil_headers(self, _place: int, odd: dict[str, str]) -> None:
        """Headers no browser sends."""
        self.sent["headers"] = {**self.sent.get("headers", {}), **odd}


def _sendable(odd: str) -> str:
    """A lone surrogate cannot be sent as text; its bytes can."""
    return odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def fuzz(world: World, *, cases: int, patience: float | None = None) -> dict[int, int]:
    """Sends so many; what was stored is then looked at by everyone. Returns how many answers had which status."""
    statuses: dict[int, int] = {}
    lookers = lookers_of(world)

    @settings(
        max_examples=cases, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(cases_of(targets_of(world)))
    def send(case: Case) -> None:
        status = tried(world, case, lookers=lookers, patience=patience)
        statuses[status] = statuses.get(status, 0) + 1

    send()
    return statuses


def tried(world: World, case: Case, *, lookers: list[tuple[str, str]], patience: float | None = None) -> int:
    """Sends it, and looks at what came of it."""
    with as_it_was():
        began = time.perf_counter()
        answer = world.ask(case.role, "/", method=case.method, **_raw(case))
        assert patience is None or time.perf_counter() - began <= patience, case
        _harmless(answer, case)
        if case.method == "POST" and answer.status_code == 303:
            for role, path in [(case.role, answer.location), *lookers]:
                _harmless(world.ask(role, path), case)
    return answer.status_code


def lookers_of(world: World) -> list[tuple[str, str]]:
    """Who sees what others stored."""
    return [
        ("patient", f"/my/requests/{world.quoted.ref}"),
        ("owner", f"/dashboard/leads/{world.fresh.ref}"),
        ("owner", f"/dashboard/leads/{world.quoted.ref}"),
        ("operator", f"/operator/requests/{world.quoted.ref}"),
        ("operator", f"/operator/clinics/{world.clinic.id}"),
        ("anonymous", f"/clinic/{world.clinic.slug}/checks"),
    ]


def _raw(case: Case) -> dict[str, Any]:
    """Path and query reach the site as the server read them; a file is read once."""
    sent = dict(case.sent)
    raw = {"PATH_INFO": unquote_to_bytes(case.path).decode("latin-1"), "QUERY_STRING": sent.pop("query_string", "")}
    if isinstance(sent.get("data"), dict):
        sent["data"] = {name: [_again(value) for value in values] for name, values in sent["data"].items()}
    return sent | {"environ_overrides": raw}


def _again(value: Any) -> Any:
    return (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value


def _harmless(answer: TestResponse, case: Case) -> None:
    assert answer.status_code < 500, (answer.status_code, case)
    assert "X-Mrk" not in answer.headers, case
    assert urlsplit(urljoin("http://localhost/", answer.headers.get("Location", ""))).hostname == "localhost", case
    if answer.mimetype == "text/html" and not answer.headers.get("Content-Encoding"):
        text = answer.text
        assert not [mark for mark in MARKS[:3] if mark in text], case
        assert 'href="javascript:' not in text.lower(), case
