"""What the keeper and the pages do to an account."""

from uuid import UUID, uuid4

from flask_security.utils import hash_password

from marketplace.accounts import passwords, session_rows
from marketplace.accounts.events import AccountDeactivated, AccountReactivated, SessionsEnded
from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record


def make_account(*, email: str, name: str, password: str) -> Account:
    """For whoever proved the address by a mailed link: it needs no other confirmation."""
    account = Account(
        email=email,
        name=name,
        password=hash_password(passwords.normal(password)),
        active=True,
        fs_uniquifier=uuid4().hex,
        confirmed_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    return account


def end_all(account_id: UUID, *, reason: str) -> int:
    """Signed out in every browser from the next request on, and a sign-in under way fails; how many there were."""
    # What was signed for the account names its uniquifier, and each session does: with a new one all of it is void.
    db.session.get_one(Account, account_id).fs_uniquifier = uuid4().hex
    ended = session_rows.end_all_of(account_id)
    if ended:
        record(SessionsEnded(account_id=account_id, reason=reason))
    return ended


def deactivate(account: Account) -> int:
    """Out at once, and not in again; how many sessions that ended."""
    account.active = False
    ended = end_all(account.id, reason="deactivated")
    record(AccountDeactivated(account_id=account.id))
    return ended


def reactivate(account: Account) -> None:
    """Who was locked out by mistake, or came back, signs in again; the sessions of before stay ended."""
    account.active = True
    record(AccountReactivated(account_id=account.id))
