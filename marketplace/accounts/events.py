"""What happens to accounts."""

from marketplace.foundation.audit.log import Event


class SignedIn(Event):
    """By password, and by the second factor where there is one."""


class SignedOut(Event):
    """In one browser, by its own button."""


class SessionsEnded(Event):
    """In every browser; `reason` says why."""


class PasswordChanged(Event):
    """By its owner; `reason` is change or reset."""


class AddressChanged(Event):
    """To one that was confirmed by a link."""


class SecondFactorChanged(Event):
    """Set up or set up anew (on), off, or new recovery codes (codes); `reason` says which."""


class AccountDeactivated(Event):
    """Nobody signs in with it any more."""


class AccountReactivated(Event):
    """Its owner may sign in again."""


class OperatorMade(Event):
    """By the administrator."""
