"""The list of erased requests: ids only; it outlives a restore."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.database.columns import Base


class Erasure(Base):
    """A request that was erased. It has no foreign key: the database may be older than the erasure."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_pending", "request_id", postgresql_where="pending"),)

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    pending: Mapped[bool]  # learnt from another list: to be erased here again
