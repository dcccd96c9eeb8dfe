"""What happens to emails after they were written. Of a patient's email the event names no clinic."""

from marketplace.foundation.audit.log import Event


class EmailFailed(Event):
    """The server refused it for good, or 72 hours were over; `reason` is its code."""


class EmailBounced(Event):
    """It was accepted and came back for good; `reason` is the diagnostic code."""


class EmailDelayed(Event):
    """A server on the way reports a hold-up and goes on trying; `reason` is the diagnostic code."""


class EmailWithheld(Event):
    """Not sent: nothing goes to this address at present; `reason` says why."""


class ComplaintReceived(Event):
    """The recipient reported it as unwanted."""


class SuppressionLifted(Event):
    """An operator lets emails go to an address again; `reason` is one of the list."""


class Unsubscribed(Event):
    """An account no longer wants the emails of a stream; `reason` is the stream."""


class SubscribedAgain(Event):
    """It wants them again; `reason` is the stream."""
