"""An address as it is kept: the same however it was typed, but for the case before the @."""

from email_validator import EmailNotValidError, validate_email

from marketplace.foundation.problems import Refused


def normal_address(email: str) -> str:
    """As sign-in looks it up. Raises Refused for what is no address."""
    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Refused("not_an_address", str(error), field="email") from error
