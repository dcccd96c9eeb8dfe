"""Who signs in: members of clinics' teams and operators; patients have no account."""

# mypy: disable-error-code="assignment"
# Flask-Security's mixins declare plain types; the columns decide.

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base, Created, key
from marketplace.foundation.problems import Refused
from marketplace.foundation.security.input_safety import mailable

OPERATOR = "operator"


class Discarded:
    """An attribute that discards whatever it is given."""

    def __get__(self, owner: "Account | None", kind: "type[Account] | None" = None) -> None:
        """Returns None."""

    def __set__(self, owner: "Account", value: str | None) -> None:
        """Discards the value."""


class AccountRole(Base):
    """Which account has which role."""

    __tablename__ = "account_role"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("role.id"), primary_key=True)


class Role(Base, RoleMixin):
    """A role of the marketplace's own staff; teams of clinics have memberships instead."""

    __tablename__ = "role"

    id: Mapped[UUID] = key()
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class Account(Created, Base, UserMixin):
    """One person who signs in with an address and a password."""

    __tablename__ = "account"

    id: Mapped[UUID] = key()
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)

    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    login_count: Mapped[int | None]

    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None]  # a code is accepted once
    tf_phone_number: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))

    roles: Mapped[list[Role]] = relationship(secondary="account_role")

    # Flask-Security writes where a sign-in came from; nobody needs it, so it is never kept.
    last_login_ip = current_login_ip = Discarded()

    @property
    def is_operator(self) -> bool:
        """Whether the account belongs to the marketplace's staff."""
        return any(role.name == OPERATOR for role in self.roles)

    @property
    def actor(self) -> str:
        """Under which name it stands in the audit log."""
        return f"{'operator' if self.is_operator else 'member'}:{self.id}"


SignalDetail = str | Account | None  # what Flask-Security adds to a signal


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
