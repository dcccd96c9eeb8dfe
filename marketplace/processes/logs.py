"""The log of every process: one JSON object a line, with the request's id, and nothing of what people typed.

Of an error it says the kind, where it happened and the database's codes, never its text.
"""

import json
import logging
import logging.config
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from marketplace.config import UnsafeConfiguration
from marketplace.processes.launch import CannotStart

ROOT = Path(__file__).resolve().parents[2]
MAX_FRAMES = 20
# Written for whoever started the process; they name settings, no values.
FOR_ADMINISTRATORS = (CannotStart, UnsafeConfiguration)


def describe_error(error: BaseException, *, frames: bool) -> dict[str, object]:
    """Describes an error as the fields of a log line, with its frames where wanted."""
    chain = list(_chain(error))
    line: dict[str, object] = {"error": " < ".join(_kind(each) for each in chain)}
    if frames:
        line["frames"] = _frames(error)
    for each in chain:
        if isinstance(each, FOR_ADMINISTRATORS):
            line["says"] = str(each)
        if sqlstate := getattr(each, "sqlstate", None):
            diagnosis = getattr(each, "diag", None)
            line |= {"sqlstate": str(sqlstate), "constraint": getattr(diagnosis, "constraint_name", None)}
    return line


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    next_one: BaseException | None = error
    while next_one is not None and next_one not in found:
        found.append(next_one)
        next_one = next_one.__cause__ or next_one.__context__
    return found


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-3:])


PACKAGE = str(Path(__file__).resolve().parents[1])
# The arbiter speaks of processes; the rest of gunicorn of what clients sent.
OF_PROCESSES = "gunicorn/arbiter.py"
QUEUES_EVERY_QUARTER_MINUTE = "timers"
CATEGORY = re.compile(r"^(?:.*/)?([^/\n:]+:\d+): (\w+):")

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON. Of messages that are not ours only the place is named, for they hold values."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Returns one JSON object."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "message": message_of(record),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if is_ours(record):
            line |= getattr(record, "fields", {})
        line |= _of_job(record)
        if record.exc_info and record.exc_info[1] is not None:
            line |= describe_error(record.exc_info[1], frames=record.levelno >= logging.ERROR)
        return json.dumps(line, ensure_ascii=False)


def is_ours(record: logging.LogRecord) -> bool:
    """Whether our own code logged it: it logs ids and codes only."""
    return record.pathname.startswith(PACKAGE)


def message_of(record: logging.LogRecord) -> str:
    """Returns what may be repeated of the record."""
    if is_ours(record):
        return record.getMessage()
    if hasattr(record, "action"):
        return str(record.action)
    if record.name == "py.warnings":
        found = CATEGORY.match(record.getMessage())
        return f"{found[2]} at {found[1]}" if found else "warning"
    if record.pathname.endswith(OF_PROCESSES):
        return _with_numbers(record)
    return f"{record.name} at {_short(record.pathname)}:{record.lineno} {record.funcName}"


def _with_numbers(record: logging.LogRecord) -> str:
    """Its numbers and names of signals; texts stay out."""
    given = record.args if isinstance(record.args, tuple) else ()
    kept = tuple(value if isinstance(value, int) or str(value).isidentifier() else "…" for value in given)
    return str(record.msg) % kept if kept else str(record.msg)


def _of_job(record: logging.LogRecord) -> dict[str, object]:
    """Which job it was; its arguments are ids, and not needed."""
    job = getattr(record, "job", None)
    if is_ours(record) or not isinstance(job, dict):
        return {}
    return {"job": job.get("id"), "task": job.get("task_name"), "attempts": job.get("attempts")}


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


class DropRoutine(logging.Filter):
    """Drops a job's beginning and the end of a timer that went well."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        action, job = getattr(record, "action", None), getattr(record, "job", None) or {}
        routine = action == "job_success" and job.get("queue") == QUEUES_EVERY_QUARTER_MINUTE
        return not (routine or action in {"start_job", "about_to_defer_jobs", "jobs_deferred"})


def configuration(process: str) -> dict[str, Any]:
    """Returns the configuration for logging's dictConfig, and for gunicorn's."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonFormatter, "process": process}},
        "filters": {"routine": {"()": DropRoutine}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["routine"],
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "marketplace": {"level": "INFO"},
            "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
            "procrastinate.worker": {"level": "INFO"},
            # It says every command of every sender.
            "mail.log": {"level": "CRITICAL"},
        },
    }


def install(process: str) -> None:
    """Sets up this process's log, also for what would have been a traceback or a warning."""
    logging.config.dictConfig(configuration(process))
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    _log_uncaught(given.exc_type, given.exc_value, given.exc_traceback)
