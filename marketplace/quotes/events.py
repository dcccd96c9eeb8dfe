"""What happens to a quote."""

from marketplace.foundation.audit.log import Event


class QuoteHeld(Event):
    """A quote was written and waits for a few minutes: it has no effect yet and can be cancelled."""


class QuoteSent(Event):
    """The quote went out: the patient may see it."""


class QuoteRevised(Event):
    """A newer version took the place of an earlier one."""


class QuoteWithdrawn(Event):
    """A sent quote was withdrawn, or a pending one cancelled; `reason` says which."""


class QuoteExpired(Event):
    """The last day of the quote is over."""


class QuoteDeclined(Event):
    """The patient declined the quote; `reason` is from the list, or not given."""


class DeclineUndone(Event):
    """The patient undid the decline: the quote stands again."""


class QuoteChosen(Event):
    """The patient chose this clinic: it gets the contact, the others are told."""


class ChoiceUndone(Event):
    """The patient undid the choice within 48 hours; `reason` where consent to the chosen clinic was revoked, too."""


class RequestSettled(Event):
    """The 48 hours in which the choice could be undone are over."""
