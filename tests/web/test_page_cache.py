"""The cache of pages: what is kept for whom and how long, and that what is kept costs no statement."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import brotli
import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.foundation import clock, metrics
from marketplace.foundation.database import engines, version_watch
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.database.standby import watch_of
from marketplace.foundation.database.version_watch import VersionWatch
from marketplace.processes import last_commit
from marketplace.web.http import page_cache
from marketplace.web.http.page_cache import PageCache
from tests.conftest import app_on
from tests.factories import build_clinic

CLINICS, CLINIC = "/clinics?country=tr&language=en", "/clinic/clinic-lale"
KEPT = ["/", "/treatments", "/treatments/mesotherapy", "/treatments/mesotherapy/cost?sessions=5&currency=GBP", CLINICS]
KEPT += [CLINIC, f"{CLINIC}/checks", "/clinics/turkey", "/how-we-rank", "/transparency", "/compare-prices.csv"]
KEPT += ["/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/clinic/nope", "/nope", "/treatments/nope/cost"]


@pytest.fixture(scope="module")
def database(postgres, template_database) -> str:
    """A database with one clinic, for all tests that only read it."""
    postgres.create_database("page_cache", template=template_database)
    app = app_on(postgres, "page_cache")
    with app.app_context():
        use_role(DatabaseRole.WORKER)
        build_clinic(slug="clinic-lale")
        facets.rebuild()
        db.session.commit()
        engines.dispose()
    return "page_cache"


@contextmanager
def cached_app(server, name: str, **overrides: object) -> Iterator[Flask]:
    """The site as a worker has it, without its listening thread."""
    app = app_on(server, name, PAGE_CACHE_BYTES=4 * 1024**2, **overrides)
    yield app
    if standby := watch_of(app):
        standby.stop()
    with app.app_context():
        engines.dispose()
        cache_of(app).watch.engine.dispose()


@pytest.fixture
def site(postgres, database) -> Iterator[Flask]:
    """A site that keeps pages, on the database that is only read."""
    with cached_app(postgres, database) as app:
        yield app


@pytest.fixture
def two_sites(postgres, template_database) -> Iterator[tuple[Flask, Flask]]:
    """Two processes' worth of caches on one database of its own."""
    name = "page_cache_two"
    postgres.create_database(name, template=template_database)
    with cached_app(postgres, name) as one, cached_app(postgres, name) as other:
        with one.app_context():
            use_role(DatabaseRole.WORKER)
            build_clinic(slug="clinic-lale")
            db.session.commit()
        yield one, other
    postgres.drop_database(name)


def cache_of(app: Flask) -> PageCache:
    found: PageCache = app.extensions["page_cache"]
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any engine of the process runs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def change(app: Flask, statement: str, role: DatabaseRole = DatabaseRole.OPERATOR) -> None:
    """As an operator's page does it."""
    with app.app_context():
        use_role(role)
        db.session.execute(text(statement))
        db.session.commit()


@pytest.mark.parametrize("path", KEPT)
def test_what_is_kept_costs_no_statement_and_is_the_same(site, path):
    client = site.test_client()
    first = client.get(path)
    with statements() as seen:
        second = client.get(path)
    assert seen == []
    assert (second.status, second.data) == (first.status, first.data)
    assert cache_of(site).figures()["hits"] == 1
    own = {"X-Request-ID", "Server-Timing"}
    assert {k: v for k, v in first.headers if k not in own} == {k: v for k, v in second.headers if k not in own}


def test_what_a_page_took_is_told_where_it_was_made(site):
    made, kept = (site.test_client().get("/treatments/mesotherapy/questions") for _time in range(2))
    assert "Server-Timing" in made.headers
    assert "Server-Timing" not in kept.headers


def test_metrics_tell_what_was_found_and_count_it_as_an_answer_of_its_page(site):
    def counted() -> list[float]:
        found = [("marketplace_page_cache_total", {"found": found}) for found in ("hit", "miss")]
        answers = ("marketplace_http_request_seconds_count", {"rule": "/treatments", "status": "200"})
        return [metrics.OWN.get_sample_value(name, labels) or 0.0 for name, labels in (*found, answers)]

    before = counted()
    for _time in range(3):
        site.test_client().get("/treatments")
    assert [after - earlier for after, earlier in zip(counted(), before, strict=True)] == [2, 1, 3]


@pytest.mark.parametrize("path", KEPT)
def test_it_says_what_the_app_says(site, app_without, path):
    kept, plain = site.test_client(), app_without.test_client()
    kept.get(path)
    ours, theirs = kept.get(path), plain.get(path)
    assert (ours.status, ours.data) == (theirs.status, theirs.data)
    missing = {name for name, _value in theirs.headers} - {name for name, _value in ours.headers}
    assert missing <= {"Server-Timing"}
    assert ours.headers["Cache-Control"] == theirs.headers["Cache-Control"] == page_cache.FOR_EVERYONE


@pytest.fixture
def app_without(postgres, database) -> Iterator[Flask]:
    app = app_on(postgres, database)
    yield app
    with app.app_context():
        engines.dispose()


@pytest.mark.parametrize("path", [CLINICS, "/compare-prices.csv", "/nope"])
@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("", None, bytes),
        ("gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0.5, gzip;q=0.8", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0", None, bytes),
        ("identity", None, bytes),
        ("*", "br", brotli.decompress),
    ],
)
def test_each_encoding_holds_the_same_bytes(site, path, accepted, encoding, decode):
    client = site.test_client()
    plain = client.get(path)
    for _again in range(2):
        answer = client.get(path, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding
        assert decode(answer.data) == plain.data
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert (answer.headers["ETag"] == plain.headers["ETag"]) == (encoding is None)


@pytest.mark.parametrize("accepted", ["", "gzip", "br"])
def test_who_has_the_page_is_told_so(site, accepted):
    client, headers = site.test_client(), {"Accept-Encoding": accepted}
    tag = client.get(CLINICS, headers=headers).headers["ETag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        answer = client.get(CLINICS, headers={**headers, "If-None-Match": given})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert {"Cache-Control", "Vary", "X-Request-ID", "Content-Security-Policy"} <= set(answer.headers.keys())
        assert "Content-Length" not in answer.headers
    assert client.get(CLINICS, headers={**headers, "If-None-Match": '"other"'}).status_code == 200


def test_head_has_the_headers_of_the_page_and_no_body(site):
    client = site.test_client()
    assert client.head(CLINICS).data == b""
    page, head = client.get(CLINICS), client.head(CLINICS)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(page.data))
    assert head.headers["ETag"] == page.headers["ETag"]


@pytest.mark.parametrize("cookie", ["theme=dark", "a=b; home=DE", "currency=EUR", "visit_home=DE", "sid=x"])
def test_a_cookie_of_ours_passes_by(site, cookie):
    anyone = site.test_client(use_cookies=False)
    anyone.get(CLINICS)
    before = cache_of(site).figures()
    answer = anyone.get(CLINICS, headers={"Cookie": cookie})
    assert answer.status_code == 200
    assert cache_of(site).figures() == before
    assert answer.headers["Cache-Control"] == (page_cache.FOR_EVERYONE if "sid" in cookie else "private, no-cache")
    assert "Cookie" in answer.headers["Vary"]
    assert 'data-theme="dark"' not in anyone.get(CLINICS).text


def test_a_cookie_of_somebody_else_is_served(site):
    client = site.test_client(use_cookies=False)
    client.get(CLINICS)
    client.get(CLINICS, headers={"Cookie": "_ga=1; other=2"})
    assert cache_of(site).figures()["hits"] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/clinics?country=tr&language=en", "/clinics?language=en&country=tr"),
        ("/clinics?country=tr", "/clinics?utm_source=x&country=tr&fbclid=y"),
        ("/clinics?country=tr", "/clinics?country=t%72"),
        ("/clinics", "/clinics?"),
    ],
)
def test_one_page_has_one_key(site, one, other):
    client = site.test_client()
    assert client.get(one).data == client.get(other).data
    assert cache_of(site).figures()["pages"] == 1


@pytest.mark.parametrize(
    "query",
    ["q=lale", "x=1", "country=tr&x", "next=/", "country=%ff", "country=%00", "country=a%0ab", f"city={'x' * 600}"],
)
def test_what_no_page_reads_is_not_kept(site, query):
    client = site.test_client()
    for _again in range(2):
        assert client.get(f"/clinics?{query}").status_code in {200, 400}
    assert cache_of(site).figures()["pages"] == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Authorization": "Bearer x"}},
        {"data": "a=b", "content_type": "text/plain"},
    ],
)
def test_an_odd_request_gets_what_the_app_says(site, asked):
    client = site.test_client()
    client.get("/clinics")
    before = cache_of(site).figures()
    answer = client.get("/clinics", **asked)
    assert answer.status_code in ({200} if "Authorization" in str(asked) else {400, 415})
    assert cache_of(site).figures()["hits"] == before["hits"]


def test_the_room_holds_whatever_is_asked(postgres, database):
    with cached_app(postgres, database) as site:
        cache, client = cache_of(site), site.test_client()
        cache.pages.room = 150_000
        for number in range(1, 30):
            client.get(f"/clinics?page={number}", headers={"Accept-Encoding": "gzip"})
            client.get(f"/nope-{number}-{'x' * 200}")
            assert cache.pages.bytes <= 150_000
        assert 0 < len(cache.pages) < 29
        with statements() as seen:
            client.get("/clinics?page=29")
        assert seen == []


def test_a_page_too_large_for_the_room_is_served_all_the_same(site):
    cache_of(site).pages.room = 100
    assert site.test_client().get(CLINICS).status_code == 200
    assert cache_of(site).figures()["pages"] == 0


def test_a_change_is_on_the_page_at_the_next_request_of_any_worker(two_sites):
    clients = [site.test_client() for site in two_sites]
    for number in range(3):
        change(two_sites[number % 2], f"UPDATE clinic SET summary = 'Number {number}'")
        for client in clients:
            for _again in range(2):
                assert f"Number {number}" in client.get(CLINIC).text
    assert all(cache_of(site).figures()["hits"] >= 3 for site in two_sites)


def test_what_moves_no_version_drops_no_page(two_sites):
    one, other = two_sites
    client = other.test_client()
    client.get(CLINIC)
    change(one, "UPDATE clinic SET leads_sent = leads_sent + 1", DatabaseRole.WORKER)
    last_commit.note()
    client.get(CLINIC)
    assert cache_of(other).figures()["hits"] == 1


def test_a_change_by_another_machine_is_seen_after_two_seconds_without_a_notice(two_sites, monkeypatch):
    one, other = two_sites
    client = other.test_client()
    client.get(CLINIC)
    change(one, "UPDATE clinic SET summary = 'Anew'", DatabaseRole.WORKER)
    assert "Anew" not in client.get(CLINIC).text
    cache_of(other).watch._looked_at -= version_watch.BELIEVED
    assert "Anew" in client.get(CLINIC).text


def test_a_notice_drops_old_pages_at_once(two_sites):
    one, other = two_sites
    watch, client, moved = cache_of(other).watch, other.test_client(), threading.Event()
    drop = watch._moved
    watch.tell(moved=lambda version: (drop(version), moved.set())[0], went_back=lambda: None)
    with listening(watch):
        assert moved.wait(10)
        client.get(CLINIC)
        moved.clear()
        change(one, "UPDATE clinic SET summary = 'Anew'", DatabaseRole.WORKER)
        assert moved.wait(10)
        assert cache_of(other).figures()["pages"] == 0
        assert "Anew" in client.get(CLINIC).text


@contextmanager
def listening(watch: VersionWatch) -> Iterator[None]:
    """Its thread, ended by a notice of its own."""
    thread = watch.start()
    yield
    watch.stop()
    with watch.engine.connect() as connection:
        connection.exec_driver_sql("NOTIFY public_version")
    thread.join()


def test_what_is_rendered_while_it_changes_is_not_served(two_sites, monkeypatch):
    one, other = two_sites
    client, find = other.test_client(), page_cache.let_caches_keep

    def changed_meanwhile(response):
        change(one, "UPDATE clinic SET summary = 'Later'")
        return find(response)

    monkeypatch.setattr(page_cache, "let_caches_keep", changed_meanwhile)
    assert "Later" not in client.get(CLINIC).text
    monkeypatch.undo()
    assert "Later" in client.get(CLINIC).text


def test_a_standby_that_lags_makes_no_page_that_stays(postgres, two_sites):
    for each in two_sites:
        with each.app_context():
            engines.dispose()
    postgres.create_database("page_cache_past", template="page_cache_two")
    past = postgres.url("marketplace_app", "page_cache_past")
    with cached_app(postgres, "page_cache_two", READ_DATABASE_URL=past) as site:
        client = site.test_client()
        change(site, "UPDATE clinic SET summary = 'Anew'")
        for _again in range(2):
            assert "Anew" not in client.get(CLINIC).text
        assert cache_of(site).figures()["pages"] == cache_of(site).figures()["hits"] == 0
    postgres.drop_database("page_cache_past")


def test_a_server_that_lost_something_empties_it(two_sites):
    one, _other = two_sites
    client = one.test_client()
    client.get(CLINIC)
    change(one, "UPDATE public_version SET version = version - 1", DatabaseRole.WORKER)
    last_commit.note()
    client.get(CLINIC)
    assert cache_of(one).figures() | {"bytes": 0} == {"hits": 0, "misses": 2, "pages": 1, "bytes": 0}


def test_the_next_day_has_pages_of_its_own(site):
    client = site.test_client()
    client.get(CLINIC)
    with clock.set_to(clock.now().replace(year=2031)):
        client.get(CLINIC)
    assert cache_of(site).figures()["hits"] == 0


def test_without_a_database_nothing_is_said_from_memory(site, monkeypatch):
    client = site.test_client()
    client.get(CLINIC)
    cache = cache_of(site)
    monkeypatch.setattr(version_watch, "LOOK", "SELECT 1 / 0")
    last_commit.note()
    assert client.get(CLINIC).status_code == 200
    assert cache.figures()["hits"] == 0


def test_an_answer_from_memory_has_its_own_id_and_its_own_line(site, caplog):
    client, given = site.test_client(), "0123456789abcdef0123456789abcdef"
    client.get(CLINIC)
    with caplog.at_level("INFO"):
        caplog.clear()
        answer = client.get(CLINIC, headers={"X-Request-ID": given})
        other = client.get(CLINIC, headers={"X-Request-ID": "<script>"})
    assert answer.headers["X-Request-ID"] == given
    assert other.headers["X-Request-ID"] not in {given, "<script>", ""}
    lines = [record.fields for record in caplog.records if record.getMessage() == "answered"]
    assert [(line["rule"], line["status"], line["kept"]) for line in lines] == [("/clinic/<slug>", 200, True)] * 2


def test_two_threads_at_once_count_the_room_right(site):
    paths = [f"/clinics?page={number}" for number in range(1, 9)]

    def read() -> None:
        client = site.test_client()
        for path in paths:
            for accepted in ("gzip", "br", ""):
                assert client.get(path, headers={"Accept-Encoding": accepted}).status_code == 200

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = cache_of(site).pages
    assert store.bytes == sum(size for _page, size in store._pages.values())
    assert len(store) == len(paths)
