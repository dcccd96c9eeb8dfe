"""Reading accounts by id, for pages that say who did something."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.extensions import db


def names_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people; an unknown id has none."""
    wanted = set(account_ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {account_id: name for account_id, name in rows}
