"""The embedded PostgreSQL, really started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from marketplace.processes.embedded_postgres import OWNER, EmbeddedPostgres
from marketplace.processes.launch import CannotStart

STARTER = """
import sys, time
from pathlib import Path
from marketplace.processes.embedded_postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), fast=True).start()
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("pg"), fast=True).start()
    yield postgres
    postgres.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path, fast=True)
    yield postgres
    postgres.stop()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def server_pid(postgres: EmbeddedPostgres) -> int:
    return int((postgres.cluster / "postmaster.pid").read_text().splitlines()[0])


def servers_in(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(folder / "postgres"):
            found.append(process)
    return found


def wait_until_none(folder: Path) -> list[psutil.Process]:
    deadline = time.monotonic() + 4
    while servers_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return servers_in(folder)


def test_app_role_has_no_power(server: EmbeddedPostgres) -> None:
    query = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(server.url(), query) is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.url(), "CREATE TABLE mine (a int)")


def test_owner_role_may_make_tables(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(OWNER)) as connection:
        connection.execute("CREATE TABLE made_by_owner (a int)")
        connection.rollback()


def test_extensions_are_there(server: EmbeddedPostgres) -> None:
    assert ask(server.url(), "SELECT unaccent('Göztepe') || similarity('abc', 'abc')") == "Goztepe1"


def test_server_listens_on_no_network(server: EmbeddedPostgres) -> None:
    assert ask(server.url(), "SHOW listen_addresses") == ""
    assert server.socket.stat().st_mode & 0o777 == 0o700


def test_database_is_cloned_from_a_template(server: EmbeddedPostgres) -> None:
    server.create_database("template_of_mine")
    with psycopg.connect(server.url(OWNER, "template_of_mine"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS a")
    server.create_database("a_clone", template="template_of_mine")
    assert ask(server.url(OWNER, "a_clone"), "SELECT a FROM kept") == 7
    server.drop_database("a_clone")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url(OWNER, "a_clone"))


def test_dropping_what_is_not_there_is_no_error(server: EmbeddedPostgres) -> None:
    server.drop_database("never_made")


def test_second_start_changes_nothing(server: EmbeddedPostgres) -> None:
    before = server_pid(server)
    server.start()
    assert server_pid(server) == before


def test_folder_has_one_owner(server: EmbeddedPostgres) -> None:
    with pytest.raises(CannotStart, match="already runs"):
        EmbeddedPostgres(server.data_dir, fast=True).start()


def test_kill_of_the_server_loses_no_committed_row(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path).start()
    try:
        with psycopg.connect(postgres.url(OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS a")
            os.kill(server_pid(postgres), signal.SIGKILL)
        while postgres.running:
            time.sleep(0.01)
        assert ask(postgres.start().url(OWNER), "SELECT a FROM kept") == 7
    finally:
        postgres.stop()


def test_server_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, tmp_path], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    with starter.stdout:
        assert starter.stdout.readline() == b"up\n"
        assert servers_in(tmp_path)
        starter.kill()
        starter.wait()
    assert wait_until_none(tmp_path) == []


def test_start_after_everything_was_killed(tmp_path: Path, own_server: EmbeddedPostgres) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, tmp_path], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    with starter.stdout:
        starter.stdout.readline()
        for process in servers_in(tmp_path):
            process.kill()
        starter.kill()
        starter.wait()
    assert (own_server.cluster / "postmaster.pid").exists()
    own_server.start()
    assert ask(own_server.url(), "SELECT 1") == 1


def test_stale_lock_with_the_number_of_a_living_process(own_server: EmbeddedPostgres) -> None:
    own_server.start().stop()
    # Another program of ours has the number that the crashed server had.
    stale = f"{os.getpid()}\n{own_server.cluster}\n1\n5432\n\n\n"
    (own_server.cluster / "postmaster.pid").write_text(stale)
    own_server.start()
    assert ask(own_server.url(), "SELECT 1") == 1


def test_half_made_cluster_is_made_again(own_server: EmbeddedPostgres) -> None:
    half = own_server.data_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(own_server.start().url(), "SELECT 1") == 1
    assert not half.exists()


def test_deep_folder_with_a_space_is_reached(tmp_path: Path) -> None:
    deep = EmbeddedPostgres(tmp_path / "one, two" / ("x" * 100), fast=True)
    try:
        assert ask(deep.start().url(), "SELECT 1") == 1
        assert len(str(deep.socket)) < 100
    finally:
        deep.stop()
    assert not deep.socket.exists()


TYPED = "secret@marker.example"
REFUSED = {
    "taken": ("INSERT INTO person VALUES (%s)", psycopg.errors.UniqueViolation),
    "no number": ("SELECT %s::int", psycopg.errors.InvalidTextRepresentation),
    "cut short": ("SELECT 1 FROM pg_sleep(1) WHERE %s <> ''", psycopg.errors.QueryCanceled),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_was_typed_stays_out_of_the_log(server: EmbeddedPostgres, case: str) -> None:
    statement, refusal = REFUSED[case]
    with psycopg.connect(server.url(OWNER), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 200")
        connection.execute("CREATE TEMPORARY TABLE person (email text UNIQUE)")
        connection.execute("INSERT INTO person VALUES (%s)", [TYPED])
        with pytest.raises(refusal):
            connection.execute(statement, [TYPED])
    assert "ready to accept connections" in server.log.read_text()
    assert "marker" not in server.log.read_text()


def test_even_a_log_of_errors_says_no_more_than_their_names(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("SET log_min_messages = error")
        connection.execute("CREATE TEMPORARY TABLE person (email text UNIQUE)")
        connection.execute("INSERT INTO person VALUES (%s)", [TYPED])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", [TYPED])
    assert "duplicate key" in server.log.read_text()
    assert "marker" not in server.log.read_text()
