"""Every spelling of a PostgreSQL URL leads SQLAlchemy and libpq to the same servers."""

from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest
from flask import Flask
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from marketplace import worker
from marketplace.backups import contents
from marketplace.config import load_config
from marketplace.config_rules import database
from marketplace.config_rules.database import database_url
from marketplace.extensions import db
from marketplace.processes.config_check import ask_server
from tests.conftest import app_on

TWO = "postgresql://app:p%2Cw@/m?host=a:5432&host=b:5433&target_session_attrs=read-write"


@pytest.mark.parametrize(
    ("raw", "hosts", "ports"),
    [
        ("postgres://app@db.meridian.org/m", "db.meridian.org", None),
        ("postgresql+psycopg://app@db.meridian.org:5433/m", "db.meridian.org", "5433"),
        (TWO, "a,b", "5432,5433"),
        ("postgresql://app:p%2Cw@a:5432,b:5433/m?target_session_attrs=read-write", "a,b", "5432,5433"),
        ("postgresql://app@/m?host=/run/a&host=/run/b", "/run/a,/run/b", None),
        ("postgresql://app@[::1]:5432,[::2]:5433/m", "::1,::2", "5432,5433"),
        ("postgresql://app@/m?host=%2Frun%2Fpostgresql", "/run/postgresql", None),
    ],
)
def test_libpq_and_sqlalchemy_read_the_same(raw: str, hosts: str, ports: str | None) -> None:
    url = database_url(raw)
    told = conninfo_to_dict(url)
    given = make_url(url).get_dialect()().create_connect_args(make_url(url))[1]
    assert (told["host"], told.get("port")) == (hosts, ports)
    assert given["host"] == hosts
    assert str(given.get("port") or "").strip(",") == (ports or "")
    assert {name: told.get(name) for name in ("user", "password", "dbname")} == {
        name: given.get(name) for name in ("user", "password", "dbname")
    }


@pytest.fixture
def two_hosts(own_app: Flask) -> str:
    """A server that is not there, then the one of the tests."""
    socket = make_url(own_app.config["SQLALCHEMY_DATABASE_URI"]).query["host"]
    name = make_url(own_app.config["SQLALCHEMY_DATABASE_URI"]).database
    return f"postgresql://marketplace_app@/{name}?host=/nowhere&host={socket}&target_session_attrs=read-write"


def the_webs(app: Flask, url: str) -> object:
    with app.test_request_context("/"):
        return db.session.scalar(db.text("SELECT 1"))


def the_queues(app: Flask, url: str) -> object:
    pool = worker._connector(app)._pool_args
    with psycopg.connect(pool["conninfo"], **pool["kwargs"]) as connection:
        return connection.execute("SELECT 1").fetchone()[0]


def the_backups(app: Flask, url: str) -> object:
    with contents.connect(database_url(url)) as connection:
        return connection.execute("SELECT 1").fetchone()[0]


def the_checks(app: Flask, url: str) -> object:
    return int(ask_server({"DATABASE_URL": url}) is not None)


@pytest.mark.parametrize("who", [the_webs, the_queues, the_backups, the_checks])
def test_whoever_connects_goes_on_to_the_next_host(postgres, two_hosts: str, who: Callable[..., object]) -> None:
    config = load_config({"DATABASE_URL": two_hosts})
    app = app_on(postgres, "unused", SQLALCHEMY_DATABASE_URI=config["SQLALCHEMY_DATABASE_URI"])
    assert who(app, two_hosts) == 1
    with app.app_context(), suppress(Exception):
        db.session.remove()
        db.engine.dispose()


MISTAKES = [
    ("DATABASE_URL", TWO.replace("&target_session_attrs=read-write", ""), "only reads"),
    ("DATABASE_URL", TWO.replace("read-write", "standby"), "only reads"),
    ("DATABASE_URL", TWO.replace("read-write", "leader"), "must be one of"),
    ("DATABASE_URL", TWO.replace("5433", "x"), "port"),
    ("DATABASE_URL", "postgresql://app@/m?host=a,b,c&port=1,2&target_session_attrs=primary", "as many ports"),
    ("DATABASE_URL", "postgresql://app@a,,b/m?target_session_attrs=primary", "without a name"),
    ("READ_DATABASE_URL", TWO, "a standby"),
    ("DIRECT_DATABASE_URL", "postgresql://app@/m?host=a", "is missing"),
]


@pytest.mark.parametrize(("name", "url", "says"), MISTAKES)
def test_a_mistake_is_named(name: str, url: str, says: str) -> None:
    assert [(finding.setting, says in finding.says) for finding in database.unreadable({name: url})] == [(name, True)]


def test_what_is_right_is_not() -> None:
    urls = {"DATABASE_URL": TWO, "READ_DATABASE_URL": TWO.replace("read-write", "prefer-standby")}
    assert not list(database.unreadable(urls | {"DIRECT_DATABASE_URL": TWO}))
