"""One click stops a stream of emails to an account, and one click brings it back (RFC 8058).

The link is signed for one account and one stream and never ends: an old email must still be good to stop the next.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import NotFound
from marketplace.mail.events import SubscribedAgain, Unsubscribed
from marketplace.mail.register import STREAMS
from marketplace.mail.suppression import Reason, in_the_way, lift, suppress


@dataclass(frozen=True)
class Subscription:
    """A stream that comes to an account."""

    account: Account
    stream: str

    @property
    def wanted(self) -> bool:
        """Whether nobody switched it off."""
        return in_the_way(self.account.email, name=self.stream) != Reason.UNSUBSCRIBED

    def switch_off(self) -> None:
        """Works at once; twice is once."""
        if suppress(self.account.email, reason=Reason.UNSUBSCRIBED, scope=self.stream):
            record(Unsubscribed(account_id=self.account.id, reason=self.stream))

    def switch_on(self) -> None:
        """By the reader's own wish."""
        if lift(self.account.email, reason=Reason.UNSUBSCRIBED, scope=self.stream, why="asked_for"):
            record(SubscribedAgain(account_id=self.account.id, reason=self.stream))


def path_for(account_id: UUID, stream: str) -> str:
    """The page of one account and one stream."""
    return f"/unsubscribe/{_serializer().dumps([account_id.hex, stream])}"


def subscription_of(token: str) -> Subscription:
    """Whom the link was made for. Raises NotFound for an altered one."""
    try:
        account_id, stream = _serializer().loads(token)
        account = db.session.get(Account, UUID(account_id))
    except (BadData, ValueError, TypeError) as error:
        raise NotFound("unsubscribe") from error
    if account is None or stream not in STREAMS or path_for(account.id, stream) != f"/unsubscribe/{token}":
        raise NotFound("unsubscribe")
    return Subscription(account, stream)


def _serializer() -> URLSafeSerializer:
    secret = str(current_app.config["SECRET_KEY"])
    return URLSafeSerializer(secret, salt="unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})
