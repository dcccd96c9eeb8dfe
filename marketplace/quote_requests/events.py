"""What happens to a request."""

from marketplace.foundation.audit.log import Event


class RequestSubmitted(Event):
    """The request is complete and stored; nothing goes out before its address is confirmed."""


class RequestRepeated(Event):
    """Someone with an open request for the same asked again; `request_id` is the open one."""


class ConfirmationResent(Event):
    """The person asked for the confirming mail again."""


class RequestRewritten(Event):
    """The person went back to a draft before confirming, to change answers; nothing had gone out."""


class RequestAddressCorrected(Event):
    """The address was mistyped: the mail to confirm goes to another, the first one's link is dead."""


class ConfirmationReminded(Event):
    """A day went by without a confirmation; recorded once."""


class ConfirmationHeldBack(Event):
    """Too many mails went to an address that nobody confirmed; `reason` is the window that is used up."""


class RequestConfirmed(Event):
    """The address was confirmed; the request is open."""


class NoClinicFound(Event):
    """The request was confirmed, but no clinic was eligible or had room: it waits."""


class ClinicsAvailable(Event):
    """A request that waited without a clinic could go to one now; said once a week at most."""


class LinkAsked(Event):
    """A new link to an existing request was asked for."""


class RequestChanged(Event):
    """An answer was changed after sending; `reason` is its name."""


class RequestPaused(Event):
    """No clinic is to answer for now."""


class RequestReopened(Event):
    """Clinics may answer again."""


class RequestClosed(Event):
    """The patient closed the request."""


class RequestDeleted(Event):
    """The patient deleted the request: everything is erased."""


class RequestExpired(Event):
    """The request was open too long without a choice."""


class ReadOnlyLinkMade(Event):
    """The patient made a link by which somebody reads the quotes; `reason` says who: friend or doctor."""


class ReadOnlyLinkEnded(Event):
    """The patient took such a link back; `reason` says whose."""


class RequestExported(Event):
    """The patient exported everything that is stored."""


class ErasureAnnounced(Event):
    """An ended request will be erased in a week; recorded once."""


class RequestKept(Event):
    """The patient wants an ended request kept for another 180 days."""


class AnswersRead(Event):
    """Someone of a clinic or of the staff read what is sealed; `reason` says what: health, photos or contact."""


class AnswersUnsealed(Event):
    """Staff opened what is closed to them; what they typed as their reason is for the patient."""


class HealthForgotten(Event):
    """Health answers and photos were deleted, HEALTH_AFTER_END after the request's end."""


class PhotosForgotten(Event):
    """Photos were deleted, 90 days after they were added."""


class RequestErased(Event):
    """The key is destroyed; what was sealed cannot be read again."""
