"""The rule of every mail address, for forms, files and commands."""

from email.errors import MessageError
from email.headerregistry import Address

from email_validator import validate_email

from marketplace.foundation.security.input_safety import trimmed


def mailable(text: str) -> str:
    """The address as it is stored, without space or anything invisible around it. Raises ValueError.

    An address is proved by its link, not by asking its server. Letters beyond ASCII before the @ are refused by too
    many servers to promise an answer; what reads like an encoded word in a header is taken apart on the way.
    """
    given = trimmed(text)
    try:
        address = validate_email(given, check_deliverability=False, allow_smtputf8=False)
        _ = Address(addr_spec=f"{address.local_part}@{address.ascii_domain}")
    except (ValueError, MessageError, IndexError) as error:
        raise ValueError("not an address") from error
    if "=?" in given:
        raise ValueError("reads like an encoded word")
    return address.normalized
