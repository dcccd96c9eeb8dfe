"""What stops a start, in a sentence for the person who typed the command."""


class CannotStart(RuntimeError):
    """The message says what is wrong and what to do; it is printed without a traceback."""


class StopRequested(Exception):
    """Somebody asked us to stop while we were still starting."""
