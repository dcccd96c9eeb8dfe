"""An address as it is kept: the same however it was typed, but for the case before the @."""

from marketplace.foundation.problems import Refused
from marketplace.foundation.values.mail_addresses import mailable


def normal_address(email: str) -> str:
    """As sign-in looks it up. Raises Refused for what no mail can be sent to."""
    try:
        return mailable(email)
    except ValueError as error:
        problem = "This is not an email address that mail can be sent to, like name@example.com"
        raise Refused("not_an_address", problem, field="email") from error
