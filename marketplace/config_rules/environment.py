"""All rules on the environment, with those on numbers and on files."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from marketplace.config_rules import database, secret_keys, site
from marketplace.config_rules.finding import Environment, Finding


def unreadable(environ: Environment) -> list[Finding]:
    """Findings on settings that nothing can be started with, not even in development."""
    rules = (site.unreadable, secret_keys.unreadable, database.unreadable, unreadable_numbers, unreadable_folder)
    return list(chain.from_iterable(rule(environ) for rule in rules))


def unsafe(environ: Environment) -> list[Finding]:
    """Findings on settings that a server must not be started with, as far as they are known without the database."""
    rules = (site.unsafe, secret_keys.unsafe, database.unsafe, site.unsafe_mail, unsafe_numbers)
    return unreadable(environ) + list(chain.from_iterable(rule(environ) for rule in rules))


HOUR, DAY = 3600, 24 * 3600
GIGABYTE = 1024**3

# What can be waited for; development may shorten it to nothing.
DELAYS = {"UNDO_SECONDS", "GROUP_SECONDS"}
# On a server
RANGES: dict[str, tuple[int, int]] = {
    "PORT": (1, 65535),
    "MAIL_PORT": (1, 65535),
    "WEB_CONCURRENCY": (1, 256),
    "PROXY_HOPS": (0, 10),
    "PAGE_CACHE_BYTES": (0, GIGABYTE),
    "UNDO_SECONDS": (60, HOUR),
    "GROUP_SECONDS": (60, DAY),
    "SLOW_STATEMENT_MS": (0, 60_000),
}


def unreadable_numbers(environ: Environment) -> Iterator[Finding]:
    """Findings on what is given but is no number, or one that means nothing."""
    for name, (low, high) in RANGES.items():
        if name not in environ:
            continue
        number, least = _whole(environ[name]), 0 if name in DELAYS else low
        if number is None:
            yield Finding(name, "is not a whole number")
        elif not least <= number <= high:
            yield Finding(name, f"must lie between {least} and {high}")


def unsafe_numbers(environ: Environment) -> Iterator[Finding]:
    """Findings on waits that are too short for a server; the rest is refused everywhere."""
    for name, (low, high) in RANGES.items():
        number = _whole(environ[name]) if name in environ and name in DELAYS else None
        if number is not None and 0 <= number < low:
            yield Finding(name, f"must lie between {low} and {high}")


def _whole(given: str) -> int | None:
    try:
        return int(given)
    except ValueError:
        return None


DEFAULT_DATA_DIR = "instance"  # where DATA_DIR is not set
OTHERS_READ_OR_WRITE = 0o006


def unreadable_folder(environ: Environment) -> Iterator[Finding]:
    """Findings on a DATA_DIR that is no folder and cannot be made one."""
    given = environ.get("DATA_DIR") or DEFAULT_DATA_DIR
    if "\0" in given:
        yield Finding("DATA_DIR", "is no path")
        return
    folder = Path(given).absolute()
    try:
        there = next(place for place in (folder, *folder.parents) if place.exists())
    except OSError as problem:
        yield Finding("DATA_DIR", f"cannot be looked at: {problem.strerror}")
        return
    if not there.is_dir():
        yield Finding("DATA_DIR", "is a file, or lies below one; name a folder")


def exposed_files(modes: Mapping[str, int]) -> Iterator[Finding]:
    """Findings on files that others on the machine may read or write; `modes` are those of the files that exist."""
    for name, mode in modes.items():
        if mode & OTHERS_READ_OR_WRITE:
            yield Finding(name, "other users of this machine may read or write it; take their rights away (chmod o=)")
