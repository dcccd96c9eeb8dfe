"""Names and addresses in headers: a name never becomes an address, one field never becomes two."""

import re
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address

_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_TEXT = re.compile(r"[ -~]*")


def one_address(text: str, *, name: str = "") -> Address:
    """Exactly one address, its domain in ASCII. Raises ValueError for none, several or letters no server must take."""
    local, _at, domain = text.rpartition("@")
    try:
        return Address(display_name=name, addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (MessageError, IndexError) as error:
        raise ValueError("not one address") from error


def written(address: Address) -> str:
    """As it stands in a header: any but the plainest name travels encoded, so that no reader takes it apart."""
    name = address.display_name
    if not name:
        return address.addr_spec
    encoded = name if _PLAIN_NAME.fullmatch(name) and len(name) < 60 else Header(name, "utf-8").encode()
    return f"{encoded}\n <{address.addr_spec}>" if "\n" in encoded else f"{encoded} <{address.addr_spec}>"


def unstructured(text: str) -> str:
    """A subject: encoded unless it is plain, short and cannot be mistaken for something encoded."""
    plain = _PLAIN_TEXT.fullmatch(text) and "=?" not in text and len(text) < 68
    return text if plain else Header(text, "utf-8", header_name="Subject").encode()
