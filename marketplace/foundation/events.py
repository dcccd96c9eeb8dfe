"""What happens to the house itself."""

from marketplace.foundation.timeline import Event


class CommandRun(Event):
    """The keeper changed something by a command; `reason` is the command."""


class LogForgotten(Event):
    """Whole sealed batches of the log went after 24 months; `reason` is the last seal that lost its entries."""


class KeysRotated(Event):
    """Data keys were wrapped anew; `reason` is the id of the master key that wraps them."""
