"""The one form of all logs, and what stays out of it."""

import json
import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from gunicorn.config import Config

from marketplace.processes.gunicorn_log import CallerLogger
from marketplace.processes.launch import CannotStart
from marketplace.processes.logs import PACKAGE, DropRoutine, JsonFormatter, configuration, request_id

MARKER = "Marker-of-Ana"
OURS = f"{PACKAGE}/web/errors.py"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    told = JsonFormatter("web").format(record)
    assert "\n" not in told
    return json.loads(told)


def record(
    message: str, *args: object, path: str = "/site-packages/flask/app.py", **extra: object
) -> logging.LogRecord:
    made = logging.LogRecord("flask", logging.ERROR, path, 7, message, args, None, "handle")
    made.__dict__ |= extra
    return made


def raised(act: Callable[[], object]) -> object:
    try:
        act()
    except Exception as error:
        return (type(error), error, error.__traceback__)
    raise AssertionError("nothing was raised")


def test_ours_is_said_with_its_fields_and_the_request() -> None:
    token = request_id.set("0" * 32)
    line = line_of(record("answered", path=OURS, fields={"status": 200}))
    request_id.reset(token)
    assert (line["message"], line["status"], line["request_id"], line["process"]) == ("answered", 200, "0" * 32, "web")


def test_of_others_only_the_place_is_said() -> None:
    said = line_of(record(f"Exception on /q/{MARKER} [%s]", MARKER, fields={"x": MARKER}))
    assert said["message"] == "flask at flask/app.py:7 handle"
    assert MARKER not in str(said)


def test_an_error_is_its_kind_and_its_frames() -> None:
    def convert() -> None:
        try:
            int(MARKER)
        except ValueError as error:
            raise KeyError(MARKER) from error

    line = line_of(record("fault", path=OURS, exc_info=raised(convert)))
    assert line["error"] == "builtins.KeyError < builtins.ValueError"
    assert "tests/processes/test_logs.py" in str(line["frames"])
    assert MARKER not in str(line)


def test_the_database_tells_its_code(postgres: object) -> None:
    with psycopg.connect(postgres.url("postgres", "postgres")) as connection:  # type: ignore[attr-defined]
        error = raised(lambda: connection.execute("SELECT %s::text::integer", [MARKER]))
    line = line_of(record("fault", path=OURS, exc_info=error))
    assert line["sqlstate"] == "22P02"
    assert MARKER not in str(line)


def test_what_is_written_for_the_keeper_is_said() -> None:
    def start() -> None:
        raise CannotStart("PORT is taken")

    assert line_of(record("ended", path=OURS, exc_info=raised(start)))["says"] == "PORT is taken"


def test_a_job_is_its_id_and_its_task() -> None:
    job = {"id": 3, "task_name": "mail.send", "attempts": 1, "queue": "mail", "call_string": MARKER}
    said = record(f"Job {MARKER} ended", action="job_error", job=job)
    assert line_of(said) | {"job": 3, "task": "mail.send", "message": "job_error"} == line_of(said)
    assert MARKER not in str(line_of(said))
    assert DropRoutine().filter(said)
    assert not DropRoutine().filter(record("", action="job_success", job=job | {"queue": "timers"}))


def test_the_arbiter_may_name_processes() -> None:
    said = record(
        "Worker (pid:%s) was sent %s! %s", 12, "SIGKILL", f"Traceback {MARKER}", path="/x/gunicorn/arbiter.py"
    )
    assert line_of(said)["message"] == "Worker (pid:12) was sent SIGKILL! …"


def test_a_warning_is_its_category() -> None:
    text = warnings.formatwarning(MARKER, UserWarning, "/x/site.py", 3, f"x = '{MARKER}'")
    said = record("%s", text, path="/usr/lib/warnings.py")
    said.name = "py.warnings"
    assert line_of(said)["message"] == "UserWarning at site.py:3"


def test_nothing_else_formats_lines() -> None:
    root = Path(PACKAGE)
    found = [
        p.name for p in root.rglob("*.py") if "logging.Formatter" in p.read_text() or "basicConfig" in p.read_text()
    ]
    assert found == ["logs.py"]
    assert configuration("web")["loggers"]["gunicorn.error"]["propagate"]


@pytest.mark.parametrize("kind", ["ours", "others"])
def test_every_line_is_one_object(kind: str) -> None:
    said = line_of(record("two\nlines", path=OURS if kind == "ours" else "/x/y.py"))
    assert {"time", "level", "process", "message"} <= set(said)


def test_gunicorn_says_where_it_speaks(caplog: pytest.LogCaptureFixture) -> None:
    logger = CallerLogger(Config())
    logger.error_log.propagate = True
    for speak in (logger.warning, logger.error, logger.critical, logger.exception):
        speak("Invalid request: %s", MARKER)
    assert [Path(said.pathname).name for said in caplog.records] == ["test_logs.py"] * 4
