"""Operators are made by the keeper, never by a form."""

from uuid import uuid4

from flask import current_app
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from marketplace.accounts.actions import end_all
from marketplace.accounts.addresses import normal_address
from marketplace.accounts.events import OperatorMade
from marketplace.accounts.models import OPERATOR, Account, Role
from marketplace.accounts.queries import account_with_address
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record


def operator_role() -> Role:
    """The one role of staff."""
    role = db.session.scalar(select(Role).where(Role.name == OPERATOR))
    if role is None:
        role = Role(name=OPERATOR, description="Staff of the marketplace")
        db.session.add(role)
        db.session.flush()
    return role


def create_operator(email: str) -> str:
    """A link that works once, within a day, to set a password. Raises Refused for what is no address."""
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
