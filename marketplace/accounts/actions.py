"""Makes accounts and operators, deactivates and reactivates them, and ends their sessions; the events of all that."""

from uuid import UUID, uuid4

from flask import current_app
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password
from sqlalchemy import select

from marketplace.accounts import credentials, session_store
from marketplace.accounts.models import OPERATOR, Account, Role, account_with_address, normal_address
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record


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


def make_account(*, email: str, name: str, password: str) -> Account:
    """Makes an account for whoever proved the address by a mailed link: it needs no other confirmation."""
    account = Account(
        email=email,
        name=name,
        password=hash_password(credentials.normalise_password(password)),
        active=True,
        fs_uniquifier=uuid4().hex,
        confirmed_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    return account


def end_all(account_id: UUID, *, reason: str) -> int:
    """Ends every session of the account and fails a sign-in under way; returns how many sessions there were."""
    # What was signed for the account names its uniquifier, and each session does: with a new one all of it is void.
    db.session.get_one(Account, account_id).fs_uniquifier = uuid4().hex
    ended = session_store.end_all_of(account_id)
    if ended:
        record(SessionsEnded(account_id=account_id, reason=reason))
    return ended


def deactivate(account: Account) -> int:
    """Locks the account and ends its sessions; returns how many."""
    account.active = False
    ended = end_all(account.id, reason="deactivated")
    record(AccountDeactivated(account_id=account.id))
    return ended


def reactivate(account: Account) -> None:
    """Lets the account's owner sign in again; the sessions of before stay ended."""
    account.active = True
    record(AccountReactivated(account_id=account.id))


def operator_role() -> Role:
    """Returns the operators' role, made when it is missing."""
    role = db.session.scalar(select(Role).where(Role.name == OPERATOR))
    if role is None:
        role = Role(name=OPERATOR, description="Staff of the marketplace")
        db.session.add(role)
        db.session.flush()
    return role


def create_operator(email: str) -> str:
    """Makes an operator; returns a link that sets a password once, within a day. Raises Refused for no address."""
    address = normal_address(email)
    account = account_with_address(address)
    if account is None:
        account = Account(
            email=address,
            name=address.partition("@")[0],
            active=True,
            fs_uniquifier=uuid4().hex,
            confirmed_at=clock.now(),
        )
        db.session.add(account)
    if not account.is_operator:
        account.roles = [*account.roles, operator_role()]
        db.session.flush()
        end_all(account.id, reason="role_changed")
        record(OperatorMade(account_id=account.id))
    return f"{current_app.config['SITE_URL']}/account/reset/{generate_reset_password_token(account)}"
