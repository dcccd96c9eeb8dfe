"""Every setting that is a number: what it may be anywhere, and what it may be on a server."""

from collections.abc import Iterator

from marketplace.config_rules.finding import Environment, Finding

HOUR, DAY = 3600, 24 * 3600

# What can be waited for; development may shorten it to nothing.
WAITS = {"UNDO_SECONDS", "GROUP_SECONDS"}
# On a server
WHOLE: dict[str, tuple[int, int]] = {
    "PORT": (1, 65535),
    "MAIL_PORT": (1, 65535),
    "WEB_CONCURRENCY": (1, 256),
    "PROXY_HOPS": (0, 10),
    "UNDO_SECONDS": (60, HOUR),
    "GROUP_SECONDS": (60, DAY),
}


def unreadable(environ: Environment) -> Iterator[Finding]:
    """What is given but is no number, or one that means nothing, cannot be started with anywhere."""
    for name, (low, high) in WHOLE.items():
        if name not in environ:
            continue
        number, least = _whole(environ[name]), 0 if name in WAITS else low
        if number is None:
            yield Finding(name, "is not a whole number")
        elif not least <= number <= high:
            yield Finding(name, f"must lie between {least} and {high}")


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Waits that are too short for a server; the rest is refused everywhere."""
    for name, (low, high) in WHOLE.items():
        number = _whole(environ[name]) if name in environ and name in WAITS else None
        if number is not None and 0 <= number < low:
            yield Finding(name, f"must lie between {low} and {high}")


def _whole(given: str) -> int | None:
    try:
        return int(given)
    except ValueError:
        return None
