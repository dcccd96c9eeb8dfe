"""Files that hold keys or people's data."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from marketplace.config_rules.finding import Environment, Finding

FOLDER = "instance"  # where DATA_DIR is not set
OTHERS_READ_OR_WRITE = 0o006


def unreadable(environ: Environment) -> Iterator[Finding]:
    """DATA_DIR has to be a folder, or a place where one can be made."""
    given = environ.get("DATA_DIR") or FOLDER
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


def exposed(modes: Mapping[str, int]) -> Iterator[Finding]:
    """Whatever other users of the machine may read or write; `modes` are those of the files that exist."""
    for name, mode in modes.items():
        if mode & OTHERS_READ_OR_WRITE:
            yield Finding(name, "other users of this machine may read or write it; take their rights away (chmod o=)")
