"""The version of what public pages show, moved at the commit of each change by triggers: migrations/public_pages.py."""

from sqlalchemy import CheckConstraint, Connection, event
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

LISTEN = "LISTEN public_version"  # a notice comes with each commit that moves the version
LOOK = "SELECT public_page_version()"
LAGS = "lags"  # an engine's execution option: what it reads may be older than what the primary has
_REPLAYED = "replayed_version"  # in session.info


class PublicVersion(Base):
    """The one row: how often something that a public page shows was changed."""

    __tablename__ = "public_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


class PublicChange(Base):
    """A transaction that changed something; its own trigger moves the version and deletes it at the commit."""

    __tablename__ = "public_change"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the transaction's number


def version_replayed() -> int | None:
    """Returns the version that this session's rows have at least; None where they are from the primary, or none."""
    found: int | None = db.session().info.get(_REPLAYED)
    return found


@event.listens_for(db.session, "after_begin")
def _note_version(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # Before any row: what is read after it on the same connection is never older.
    if connection.get_execution_options().get(LAGS):
        session.info.setdefault(_REPLAYED, int(connection.exec_driver_sql(LOOK).scalar_one()))
