"""gunicorn's logger, which names the caller's place for each message instead of its own."""

import logging
from collections.abc import Callable
from typing import Any

from gunicorn.glogging import Logger

FROM_CALLER = 2


def _logs(level: int, *, exc_info: bool = False) -> Callable[..., None]:
    def log(logger: Logger, message: str, *args: object, **options: Any) -> None:
        options.setdefault("exc_info", exc_info)
        logger.error_log.log(level, message, *args, stacklevel=FROM_CALLER, **options)

    return log


class CallerLogger(Logger):
    """Logs warnings and worse with the place of their caller."""

    critical = _logs(logging.CRITICAL)
    error = _logs(logging.ERROR)
    warning = _logs(logging.WARNING)
    exception = _logs(logging.ERROR, exc_info=True)
