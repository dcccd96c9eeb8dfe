"""The version of what public pages count and say: counts of listings, treatments, price ranges, guides, rates.

Triggers give it another value at each change, in the same transaction.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

NEVER_READ = UUID(int=0)
_READ = text("SELECT version FROM market_version")


class MarketVersion(Base):
    """The one row: another version each time facets, treatments, procedures, price ranges, guides or rates change."""

    __tablename__ = "market_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[UUID]
    counted_at: Mapped[datetime]


def market_version() -> UUID:
    """Returns the version now: what is read after it on the same connection is never older."""
    version: UUID = db.session.execute(_READ).scalar_one()
    return version
