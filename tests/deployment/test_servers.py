"""What a server is set up with: nginx, systemd and Docker take the files, and the handbook's commands are there."""

import http.client
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from tests.browser import ROOT, served
from tests.deployment.front import Front, written
from tests.deployment.programs import DEPLOYMENT, TOOLS, program, run

UNITS = sorted(path.name for path in DEPLOYMENT.glob("*.service"))
DOCKERFILE = (DEPLOYMENT / "Dockerfile").read_text()
HANDBOOK = (ROOT / "docs" / "operations.md").read_text()
# The programs of a Debian with nginx, PostgreSQL and Prometheus that the handbook uses.
OF_THE_SYSTEM = set(
    [
        ".",
        "cd",
        "curl",
        "date",
        "df",
        "du",
        "find",
        "git",
        "grep",
        "install",
        "journalctl",
        "make",
        "nginx",
        "openssl",
        "pg_dump",
        "promtool",
        "psql",
        "sed",
        "set",
        "sort",
        "sudo",
        "systemctl",
        "useradd",
        "PATH=$PWD/.venv/bin:$PATH",
    ]
)


@pytest.fixture
def unit_folder(tmp_path: Path) -> Path:
    """The units as they are installed, for a checkout that is there."""
    programs = tmp_path / "8000" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("gunicorn", "flask"):
        (programs / name).symlink_to(TOOLS / "bin" / name)
    for name in UNITS:
        text = (DEPLOYMENT / name).read_text().replace("/opt/marketplace/", f"{tmp_path}/")
        (tmp_path / name.replace("@", "@8000")).write_text(text)
    return tmp_path


def settings_of(unit: str) -> list[tuple[str, str]]:
    lines = (DEPLOYMENT / unit).read_text().splitlines()
    return [
        (name, value) for name, equals, value in (line.partition("=") for line in lines) if equals and name[:1] != "#"
    ]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit(unit_folder: Path, unit: str) -> None:
    installed = unit_folder / unit.replace("@", "@8000")
    if program("systemd-analyze") is None:  # read by ourselves
        assert {"ExecStart", "User", "WorkingDirectory", "Restart"} <= {name for name, _value in settings_of(unit)}
        assert all(re.fullmatch("[A-Z][A-Za-z]+", name) for name, _value in settings_of(unit))
    else:
        done = run("systemd-analyze", "verify", installed)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_may_do_little(unit: str) -> None:
    held = dict(settings_of(unit))
    assert held["User"] == "marketplace"
    assert (held["NoNewPrivileges"], held["ProtectSystem"], held["CapabilityBoundingSet"]) == ("yes", "strict", "")


def test_a_unit_with_a_slip_is_found(unit_folder: Path) -> None:
    unit = unit_folder / "marketplace-web@8000.service"
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=allways"))
    assert program("systemd-analyze") is None or run("systemd-analyze", "verify", unit).stdout


def test_docker_s_linter_finds_nothing_in_the_dockerfile() -> None:
    if program("hadolint") is None:  # read by ourselves
        assert all(":" in image for image in re.findall("^FROM (\\S+)", DOCKERFILE, re.MULTILINE))
        assert "USER 10001" in DOCKERFILE
    else:
        done = run("hadolint", DEPLOYMENT / "Dockerfile")
        assert (done.returncode, done.stdout) == (0, "")


def test_the_image_holds_what_is_there_and_no_secret() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    assert {"marketplace", "templates", "static", "migrations", "wsgi.py"} <= set(copied)
    assert all((ROOT / path).exists() for path in copied)
    sent = (DEPLOYMENT / "Dockerfile.dockerignore").read_text().splitlines()
    assert sent[1] == "*"
    assert {line[1:] for line in sent if line.startswith("!")} == set(copied)
    assert not re.search("KEY|SECRET|SALT|PASSWORD", DOCKERFILE)


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    if program("nginx") is None:  # read by ourselves
        text = re.sub("#.*", "", (DEPLOYMENT / "nginx.conf").read_text())
        assert text.count("{") == text.count("}")
        assert all(line.strip()[-1:] in {"", ";", "{", "}"} for line in text.splitlines())
    else:
        main = written(tmp_path, behind=["127.0.0.1:1"], tls=True)
        done = run("nginx", "-t", "-p", tmp_path, "-e", tmp_path / "error.log", "-c", main)
        assert done.returncode == 0, done.stdout


Asked = Callable[..., http.client.HTTPResponse]


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    """The answer to one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@contextmanager
def noted(app: Flask, reached: list[str]) -> Iterator[str]:
    """Serves the app and notes which paths reach it; gives its address."""

    def noting(environ: Any, start_response: Any) -> Any:
        reached.append(environ["PATH_INFO"])
        return app(environ, start_response)

    with served(noting) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def asked(own_app: Flask, tmp_path: Path) -> Iterator[tuple[Asked, list[str]]]:
    """Asks nginx in front of the site; the list has the paths that reached the site."""
    reached: list[str] = []
    with noted(own_app, reached) as address:
        front = Front(tmp_path / "nginx", behind=[address])
        yield partial(get, front.port), reached
        front.stop()


def test_nginx_keeps_a_public_page_but_for_who_has_a_cookie(request: pytest.FixtureRequest) -> None:
    if program("nginx") is None:  # read by ourselves
        text = (DEPLOYMENT / "nginx.conf").read_text()
        assert all(f"proxy_{what} $http_cookie;" in text for what in ("no_cache", "cache_bypass"))
        return
    ask, reached = request.getfixturevalue("asked")
    ids = {ask("/how-it-works").headers["X-Request-ID"] for _time in range(3)}
    assert (reached.count("/how-it-works"), len(ids)) == (1, 3)
    ask("/how-it-works", Cookie="theme=dark")
    assert reached.count("/how-it-works") == 2


def test_nginx_keeps_no_page_of_a_person(request: pytest.FixtureRequest) -> None:
    if program("nginx") is None:  # read by ourselves
        assert "proxy_ignore_headers" not in (DEPLOYMENT / "nginx.conf").read_text()
        return
    ask, reached = request.getfixturevalue("asked")
    for _time in range(2):
        assert ask("/my/link").status == 200
    assert reached.count("/my/link") == 2


def test_an_upgrade_by_the_other_port_fails_no_answer(own_app: Flask, tmp_path: Path) -> None:
    if program("nginx") is None:  # read by ourselves
        assert "server 127.0.0.1:8000;" in (DEPLOYMENT / "nginx.conf").read_text()
        return
    old, new, statuses = list[str](), list[str](), list[int]()
    with noted(own_app, old) as before:
        front = Front(tmp_path / "nginx", behind=[before])
        with noted(own_app, new) as after:
            front.point_to(after)
            while len(new) < 20:
                statuses.append(get(front.port, "/healthz").status)
            front.stop()
    assert set(statuses) == {200}
    assert len(old) + len(new) > len(statuses)


def commands() -> Iterator[list[str]]:
    """Each command of the handbook: of its indented lines, and of what it quotes that begins as one does."""
    lines = re.findall(r"^ {4,}(\S.*)$", HANDBOOK, re.MULTILINE)
    quoted = [text for text in re.findall("`([^`\n]+)`", HANDBOOK) if text.split()[0] in {*OF_THE_SYSTEM, "flask"}]
    for line in (*lines, *quoted):
        is_setting = re.match("[A-Z_]+=", line) and "&&" not in line
        is_yaml = re.match(r"\S+:( |$)|- ", line)
        if not (is_setting or is_yaml):
            words = shlex.split(line, comments=True)
            yield from (list(part) for part in split(words) if part)


def split(words: list[str]) -> Iterator[list[str]]:
    """The commands between `&&`, `|` and `;`."""
    found: list[str] = []
    for word in [*words, ";"]:
        if word in {"&&", "|", ";"}:
            yield found
            found = []
        else:
            found.append(word)


def test_every_program_of_the_handbook_is_one_a_server_has() -> None:
    used = {command[0] for command in commands()}
    assert {"flask", "systemctl", "psql", "nginx", "git"} <= used
    assert used - OF_THE_SYSTEM - {"flask"} == set()


def problem_of(app: Flask, words: list[str]) -> str | None:
    """What `flask --app wsgi` would say of these words, without doing anything."""
    found: click.Command = app.cli
    for position, word in enumerate(words):
        if isinstance(found, click.Group):
            if word not in found.commands:
                return f"no command {word}"
            found = found.commands[word]
        elif word.startswith("--") and not any(word in parameter.opts for parameter in found.params):
            return f"no option {word} at {position}"
    return None


def test_every_command_of_the_site_is_there(app: Flask) -> None:
    asked_for = [command[1:] for command in commands() if command[0] == "flask"]
    assert len(asked_for) > 10
    assert {tuple(words[:2]) for words in asked_for} == {("--app", "wsgi")}
    problems = {" ".join(words): problem_of(app, words[2:]) for words in asked_for}
    assert {words: problem for words, problem in problems.items() if problem} == {}


def test_a_command_that_is_not_there_is_found(app: Flask) -> None:
    assert problem_of(app, ["keys", "turn"]) == "no command turn"
    assert problem_of(app, ["restore", "FILE", "--gently"]) == "no option --gently at 2"


def test_every_service_target_and_setting_of_the_handbook_is_there() -> None:
    named = re.findall(r"(marketplace-\w+@)\d", HANDBOOK)
    assert {f"{name}.service" for name in named} == set(UNITS)
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    assert all(f"\n{command[1]}:" in makefile for command in commands() if command[0] == "make")
    settings = (ROOT / "docs" / "running.md").read_text()
    assert [name for name in re.findall("^ {4,}([A-Z_]+)=", HANDBOOK, re.MULTILINE) if name not in settings] == []


def test_the_readme_leads_to_the_handbook() -> None:
    assert "docs/operations.md" in (ROOT / "README.md").read_text()
