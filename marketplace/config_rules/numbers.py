"""Every setting that is a number: what it may be anywhere, and what it may be on a server."""

from collections.abc import Iterator

from marketplace.config_rules.finding import Environment, Finding

HOUR, DAY = 3600, 24 * 3600

# On a server; development may shorten what is waited for.
WHOLE: dict[str, tuple[int, int]] = {
    "PORT": (1, 65535),
    "MAIL_PORT": (1, 65535),
    "WEB_CONCURRENCY": (1, 256),
    "PROXY_HOPS": (0, 10),
    "UNDO_SECONDS": (60, HOUR),
    "GROUP_SECONDS": (60, DAY),
}


def unreadable(environ: Environment) -> Iterator[Finding]:
    """What is given but is no number cannot be started with anywhere."""
    for name in WHOLE:
        if name in environ and _whole(environ[name]) is None:
            yield Finding(name, "is not a whole number")


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Numbers that make no sense on a server."""
    for name, (low, high) in WHOLE.items():
        number = _whole(environ[name]) if name in environ else None
        if number is not None and not low <= number <= high:
            yield Finding(name, f"must lie between {low} and {high}")


def _whole(given: str) -> int | None:
    try:
        return int(given)
    except ValueError:
        return None
