"""The links that sign-in mails: which tokens are ours, and which of them still work.

Each names the account's uniquifier, so that whatever changes that ends them all. A link to a new address ends the ones
before it as well, and works once: its row names the token by a hash, what the token says is signed by the library.
"""

import hashlib
from uuid import UUID

from flask import Flask, current_app
from flask_security import change_email_confirmed, change_email_instructions_sent
from flask_security.change_email import _verify_token_status
from flask_security.confirmable import confirm_email_token_status
from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode

from marketplace.accounts.models import Account, SignalDetail
from marketplace.extensions import db
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.signed_links import SignedLink

NEW_ADDRESS = "change-address"
SERIALIZERS = {
    "security.reset_password": "reset_serializer",
    "security.confirm_email": "confirm_serializer",
    "security.change_email_confirm": "change_email_serializer",
}


def install(app: Flask) -> None:
    """Connects the signals that make and end a link to a new address."""
    change_email_instructions_sent.connect(_remember, app)
    change_email_confirmed.connect(_end, app)


def is_genuine(endpoint: str, token: str) -> bool:
    """Whether we signed the token for this page and it is spelled as we spelled it; it may have ended since."""
    try:
        getattr(current_app.extensions["security"], SERIALIZERS[endpoint]).loads(token)
        signature = token.rpartition(".")[2]
        return base64_encode(base64_decode(signature)).decode() == signature
    except (BadData, ValueError, TypeError):
        return False


def works(endpoint: str, token: str) -> bool:
    """Whether the token works: in time, neither used nor replaced, its new address not taken by somebody else."""
    if not is_genuine(endpoint, token):
        return False
    if endpoint == "security.change_email_confirm":
        expired, invalid, *_found = _verify_token_status(token)
        return not expired and not invalid and _is_newest(token)
    expired, invalid, _account = confirm_email_token_status(token)
    return not expired and not invalid


def _is_newest(token: str) -> bool:
    with as_system():
        link = db.session.get(SignedLink, _id_of(token))
    return link is not None and link.ended_at is None


def _remember(_app: Flask, *, user: Account, token: str, **_details: SignalDetail) -> None:
    lifetime = current_app.config["SECURITY_CHANGE_EMAIL_WITHIN"]
    with as_system():
        signed_links.delete_links([_id_of(token)])  # asked for twice within a second, it is the same token
        signed_links.issue(NEW_ADDRESS, subject_id=user.id, lifetime=lifetime, replace=True, id=_id_of(token))


def _end(_app: Flask, *, user: Account, **_details: SignalDetail) -> None:
    with as_system():
        signed_links.end_all(NEW_ADDRESS, subject_id=user.id)


def _id_of(token: str) -> UUID:
    return UUID(bytes=hashlib.sha256(token.encode()).digest()[:16])
