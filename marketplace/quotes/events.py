"""What happens to a quote."""

from marketplace.foundation.audit.log import Event


class QuoteHeld(Event):
    """Written and held for a few minutes: it has no effect yet and can be taken back."""


class QuoteSent(Event):
    """The patient may see it."""


class QuoteRevised(Event):
    """A newer version took the place of an earlier one."""


class QuoteWithdrawn(Event):
    """The clinic took it back."""


class QuoteExpired(Event):
    """Its last day is over."""


class QuoteDeclined(Event):
    """The patient does not want this one; `reason` is from the list, or not given."""


class DeclineUndone(Event):
    """The patient undid it: the quote stands again."""


class QuoteChosen(Event):
    """The patient chose this clinic: it gets the contact, the others are told."""


class ChoiceUndone(Event):
    """Taken back within 48 hours: all is as it was before."""


class RequestSettled(Event):
    """The 48 hours are over."""
