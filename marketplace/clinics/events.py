"""What happens to a clinic's listing, to its checks and to its team."""

from marketplace.foundation.audit.log import Event


class ListingSubmitted(Event):
    """The clinic asks for its listing to be looked at."""


class ListingPublished(Event):
    """The listing is live: the clinic may receive requests."""


class ListingSentBack(Event):
    """The listing needs a fix; `reason` is the codes of the list, joined."""


class ListingPaused(Event):
    """The clinic takes no requests for now, by its own wish."""


class ListingResumed(Event):
    """The clinic takes requests again."""


class ListingSuspended(Event):
    """An operator took the listing down; `reason` is the codes of the list, joined; the clinic has the statement."""


class ListingReinstated(Event):
    """An operator put the listing back."""


class ListingClosed(Event):
    """The clinic left."""


class MemberJoined(Event):
    """Someone works for the clinic from now on; `reason` is the role."""


class MemberInvited(Event):
    """An owner asked somebody to join; `reason` is the invitation's id."""


class InvitationHeldBack(Event):
    """Too many mails went to an address that nobody confirmed; `reason` is the window that is used up."""


class InvitationReplaced(Event):
    """The same address was invited anew; `reason` is the id of the invitation that ended."""


class InvitationCancelled(Event):
    """By an owner; `reason` is the invitation's id."""


class InvitationExpired(Event):
    """Nobody accepted it in time; `reason` is the invitation's id."""


class RoleChanged(Event):
    """An owner made someone an owner or a member; `reason` is the new role."""


class MemberRemoved(Event):
    """An owner took someone out of the team."""


class MemberLeft(Event):
    """Someone left the team of their own will."""


class CheckSubmitted(Event):
    """Evidence came in for a claim; `reason` is the claim's kind."""


class CheckPassed(Event):
    """An operator found the claim to be true until a date; `reason` is the claim's kind."""


class CheckRefused(Event):
    """The evidence does not show the claim; `reason` is the claim's kind."""


class CheckRevoked(Event):
    """A passed claim turned out otherwise; `reason` is the claim's kind."""


class CheckExpired(Event):
    """A check's time is over; `reason` is the claim's kind."""
