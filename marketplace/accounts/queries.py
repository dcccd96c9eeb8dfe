"""Finds accounts: by id for pages that say who did something, by address for sign-in and the administrator."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from marketplace.accounts.models import OPERATOR, Account, Role
from marketplace.extensions import db
from marketplace.foundation.problems import Refused
from marketplace.foundation.values.mail_addresses import mailable


def names_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people; an unknown id has none."""
    wanted = set(account_ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {account_id: name for account_id, name in rows}


def all_accounts() -> list[Account]:
    """Everybody's, in the order they were made."""
    return list(db.session.scalars(select(Account).order_by(Account.id)))


def operators() -> list[Account]:
    """The marketplace's own staff, as far as they may sign in."""
    query = select(Account).join(Account.roles).where(Role.name == OPERATOR, Account.active)
    return list(db.session.scalars(query.order_by(Account.id)))


def account_with_address(email: str) -> Account | None:
    """Whose address this is, however it is written."""
    return db.session.scalar(select(Account).where(func.lower(Account.email) == func.lower(email)))


def normal_address(email: str) -> str:
    """As sign-in looks it up. Raises Refused for what no mail can be sent to."""
    try:
        return mailable(email)
    except ValueError as error:
        problem = "This is not an email address that mail can be sent to, like name@example.com"
        raise Refused("not_an_address", problem, field="email") from error
