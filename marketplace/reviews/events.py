"""What happens to the items that wait for an operator."""

from marketplace.foundation.audit.log import Event


class ReviewItemOpened(Event):
    """Something is to be looked at; `reason` is its kind."""


class ReviewItemDecided(Event):
    """An operator looked at it; `reason` is its kind."""
