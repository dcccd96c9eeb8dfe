"""gunicorn's logger, which names the caller's place for each message instead of its own."""

from typing import Any

from gunicorn.glogging import Logger

FROM_CALLER = 2


class CallerLogger(Logger):
    """Logs warnings and worse with the place of their caller."""

    def critical(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Logs with the caller's place."""
        self.error_log.critical(msg, *args, stacklevel=FROM_CALLER, **kwargs)

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Logs with the caller's place."""
        self.error_log.error(msg, *args, stacklevel=FROM_CALLER, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Logs with the caller's place."""
        self.error_log.warning(msg, *args, stacklevel=FROM_CALLER, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Logs with the caller's place."""
        self.error_log.exception(msg, *args, stacklevel=FROM_CALLER, **kwargs)
