"""What stops a start, in a sentence for the person who typed the command."""


class CannotStart(RuntimeError):  # noqa: N818 - reads as the sentence it is
    """The message says what is wrong and what to do; it is printed without a traceback."""


class StopRequested(Exception):  # noqa: N818 - not an error
    """Somebody asked us to stop while we were still starting."""
