"""Finds accounts: by id for pages that say who did something, by address for sign-in and the administrator."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from marketplace.accounts.models import OPERATOR, Account, Role
from marketplace.extensions import db
from marketplace.foundation.problems import Refused
from marketplace.foundation.security.input_safety import mailable


def names_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the names of these accounts by id; an unknown id is left out."""
    wanted = set(account_ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {account_id: name for account_id, name in rows}


def all_accounts() -> list[Account]:
    """Returns all accounts, the oldest first."""
    return list(db.session.scalars(select(Account).order_by(Account.id)))


def operators() -> list[Account]:
    """Returns the operators who may sign in."""
    query = select(Account).join(Account.roles).where(Role.name == OPERATOR, Account.active)
    return list(db.session.scalars(query.order_by(Account.id)))


def account_with_address(email: str) -> Account | None:
    """Finds the account of an address, upper and lower case alike."""
    return db.session.scalar(select(Account).where(func.lower(Account.email) == func.lower(email)))


def normal_address(email: str) -> str:
    """Returns the address as sign-in looks it up. Raises Refused where no mail can be sent to it."""
    try:
        return mailable(email)
    except ValueError as error:
        problem = "This is not an email address that mail can be sent to, like name@example.com"
        raise Refused("not_an_address", problem, field="email") from error
