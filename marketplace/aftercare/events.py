"""What happens after the first session; no event carries an answer."""

from marketplace.foundation.audit.log import Event


class CheckInsBegun(Event):
    """A choice has settled and check-ins were wanted: the day of the first session is asked for, or taken over."""


class FirstSessionAskedAgain(Event):
    """Nobody has said when the first session is."""


class FirstSessionSet(Event):
    """The patient said when the first session is, or was."""


class CheckInsStopped(Event):
    """The patient is asked no more, as they wanted or because the choice has ended; `reason` says which."""


class CheckInsOver(Event):
    """All was asked; `reason` is given where no day was ever known."""


class CheckInAsked(Event):
    """The patient was asked how it is; `reason` is the week."""


class CheckInAnswered(Event):
    """The patient answered, or changed an answer; `reason` is the week."""


class CheckInMissed(Event):
    """No answer came; `reason` is the week."""


class PriceAsked(Event):
    """The first session was, and the patient was asked whether the price was kept."""


class PriceAnswered(Event):
    """The patient said whether the price was kept, or changed that answer."""


class SessionWritten(Event):
    """A session was written into the passport, or changed; `reason` is by which side."""


class PassportCodeMade(Event):
    """The patient made a code that opens the passport."""


class PassportLooked(Event):
    """Somebody opened the passport with a code."""


class ProblemTold(Event):
    """The patient told the clinic of a problem and asks for an answer."""


class ProblemReminded(Event):
    """Half of the clinic's time to answer is gone."""


class ProblemAnswered(Event):
    """The clinic has answered in the messages."""


class ProblemOverdue(Event):
    """The clinic's time to answer is over; an operator looks into it."""


class ProblemEnded(Event):
    """The clinic lost the request before it answered."""
