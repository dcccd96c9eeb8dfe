"""One server a test process, one transaction a test: nothing a test writes is left, whatever order they run in."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask, current_app, has_app_context, request
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.catalogue import content_loader
from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, follow, set_local_role
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.web.http import assets
from tests.reading import Reader
from tests.working import Administrator, look_at_everything

ROOT = Path(__file__).parent.parent
TESTING = {
    "TESTING": True,
    "SECRET_KEY": "a secret of the tests, long enough to be one",
    "WTF_CSRF_ENABLED": False,
    "SITE_URL": "http://127.0.0.1:8000",
    "UNDO_SECONDS": 300,
    "GROUP_SECONDS": 7200,
    "LIMITS_ON": False,  # on where they are what a test is about
    "LIMITS_SHARED": 1,
    "PAGE_CACHE_BYTES": 0,  # what a test changes is rolled back, and moves no version
    "CONSTANT_TIME_RESPONSES": False,
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_HASH": "plaintext",
    "SECURITY_PASSWORD_SCHEMES": ["plaintext"],
    "SECURITY_HASHING_SCHEMES": ["hex_md5"],
    "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
}

# Hundreds of apps are made of the same files: each is compressed once.
assets._encode = cache(assets._encode)  # type: ignore[assignment]
look_at_everything(allowed=True)


def pytest_collection_finish() -> None:
    """What is imported and collected stays: looking through it for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL of this test process, without fsync."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg"), fast=True)
    server.start()
    yield server
    server.stop()


def app_on(server: EmbeddedPostgres, database: str, **overrides: object) -> Flask:
    """An app as the database's plain role, its migrations as the owner."""
    app = create_app(
        TESTING
        | {
            "SQLALCHEMY_DATABASE_URI": server.url("marketplace_app", database),
            "DATABASE_OWNER_URL": server.url("marketplace_owner", database),
            "BACKUP_DATABASE_URL": server.url("marketplace_backup", database),
        }
        | overrides
    )
    app.test_cli_runner_class = Administrator
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # compiled once, not once a test
    return app


@pytest.fixture(scope="session")
def template_database(postgres: EmbeddedPostgres) -> str:
    """Migrated, with the content loaded: clones of it are made by tests that need commits."""
    postgres.create_database("template_ready")
    app = app_on(postgres, "template_ready")
    with app.app_context():
        upgrade()
        content_loader.load()
        db.session.commit()
        engines.dispose()
    return "template_ready"


@pytest.fixture(scope="session")
def app(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Flask]:
    """The app on a clone of the template."""
    postgres.create_database("tests", template=template_database)
    app = app_on(postgres, "tests")
    with app.app_context():
        db.session.configure(join_transaction_mode="create_savepoint")
    app.teardown_request(_note_what_is_left)
    yield app
    with app.app_context():
        engines.dispose()


def _note_what_is_left(_error: BaseException | None) -> None:
    if db.session.registry.has() and db.session().info.get("unsaved"):
        current_app.extensions["left_changes"] = request.path


class BesideTheRequest:
    """In the place of the engine whose statements stand by themselves: they go into the test's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """The one connection, under the worker's role for so long."""
        set_local_role(self._connection, RoleScope(DatabaseRole.WORKER))
        try:
            yield self._connection
        finally:
            follow(db.session(), self._connection)


@pytest.fixture
def db_session(app: Flask) -> Iterator[object]:
    """An outer transaction that is rolled back; a commit inside only ends a savepoint."""
    with app.app_context():
        before = dict(db.engines)
        with before[None].connect() as connection:
            outer = connection.begin()
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            for key in before:
                db.engines[key] = connection  # type: ignore[assignment]
            app.extensions["autocommit_engine"] = BesideTheRequest(connection)
            try:
                yield db.session
            finally:
                db.session.remove()
                db.engines.update(before)
                del app.extensions["autocommit_engine"]
                outer.rollback()


@pytest.fixture(autouse=True)
def _isolated(request: pytest.FixtureRequest) -> None:
    """Every test that is given the app is isolated, unless it works on a database of its own."""
    if "app" in request.fixturenames and "own_app" not in request.fixturenames:
        request.getfixturevalue("db_session")


@contextmanager
def on_own_database(server: EmbeddedPostgres, template: str) -> Iterator[Flask]:
    """An app on a database of its own, dropped afterwards."""
    name = f"own_{uuid4().hex}"
    server.create_database(name, template=template)
    app = app_on(server, name)
    yield app
    with app.app_context():
        db.session.remove()
        engines.dispose()
    server.drop_database(name)


@pytest.fixture
def own_app(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Flask]:
    """For tests that need real commits and several connections."""
    with on_own_database(postgres, template_database) as app:
        yield app


@pytest.fixture
def limited_app(own_app: Flask) -> Iterator[Flask]:
    """The same with limits as in production; what they count is stored at once, whatever the request does."""
    own_app.config["LIMITS_ON"] = True
    yield own_app
    if "autocommit_engine" in own_app.extensions:
        own_app.extensions["autocommit_engine"].dispose()


@pytest.fixture
def client(app: Flask, db_session: object) -> Reader:
    """A reader of pages: each page it fetches is held to the site's conventions."""
    return reader_of(app)


def reader_of(app: Flask) -> Reader:
    """A client that reads every page; a second browser is a second reader."""
    app.test_client_class = Reader
    return app.test_client()  # type: ignore[return-value]


@event.listens_for(db.session, "after_flush")
def _note_flush(session: object, _context: object) -> None:
    session.info["unsaved"] = True  # type: ignore[attr-defined]


@event.listens_for(db.session, "after_commit")
def _note_commit(session: object) -> None:
    session.info["unsaved"] = False  # type: ignore[attr-defined]


@event.listens_for(db.session, "after_soft_rollback")
def _note_rollback(session: object, _previous: object) -> None:
    session.info["unsaved"] = False  # type: ignore[attr-defined]


@event.listens_for(Session, "after_commit")
def _as_before(session: Session) -> None:
    """Where a test's one connection stands for all, what is done beside a request leaves no role."""
    if not has_app_context() or session is db.session() or not isinstance(db.engines[None], Connection):
        return
    follow(db.session(), db.engines[None])


from tests.browser import chromium, site, visit  # noqa: E402,F401
from tests.factories import *  # noqa: E402,F403
from tests.production_site import live_app, new_person  # noqa: E402,F401
from tests.world import world  # noqa: E402,F401
