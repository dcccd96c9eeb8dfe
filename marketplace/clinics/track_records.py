"""What became of it after a clinic was chosen: figures that patients' answers make and no clinic can write."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

PUBLISHED_FROM = 5  # answers
PUBLISHED_STEP = 3  # answers about prices by which the figure moves: one alone would say whose it is


class TrackRecord(Base):
    """One row a clinic, counted anew from what happened; written by the system alone."""

    __tablename__ = "track_record"
    __table_args__ = (
        CheckConstraint("problems_answered BETWEEN 0 AND problems", name="answered_of_problems"),
        CheckConstraint("prices_kept >= 0 AND prices_raised >= 0", name="prices_counted"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    problems: Mapped[int] = mapped_column(default=0)
    problems_answered: Mapped[int] = mapped_column(default=0)
    problem_minutes: Mapped[int | None]  # the middle time to an answer; none where fewer than half came
    prices_kept: Mapped[int] = mapped_column(default=0)  # as published: it follows what was counted in steps
    prices_raised: Mapped[int] = mapped_column(default=0)


class ShownRecord(NamedTuple):
    """The figures of one clinic."""

    problems: int = 0
    problems_answered: int = 0
    problem_minutes: int | None = None
    prices_kept: int = 0
    prices_raised: int = 0

    @property
    def prices_told(self) -> int:
        """Returns how many patients said whether the price was kept."""
        return self.prices_kept + self.prices_raised

    @property
    def shows_problems(self) -> bool:
        """Whether there are enough problems to publish the figure."""
        return self.problems >= PUBLISHED_FROM

    @property
    def shows_prices(self) -> bool:
        """Whether there are enough answers about prices to publish the figure."""
        return self.prices_told >= PUBLISHED_FROM


def moves(published: int, *, counted: int) -> bool:
    """Returns whether a figure of so many published answers is published anew from so many counted ones."""
    if published < PUBLISHED_FROM:
        return counted >= PUBLISHED_FROM
    return counted - published >= PUBLISHED_STEP


COLUMNS = tuple(getattr(TrackRecord, name) for name in ShownRecord._fields)


def track_record(clinic_id: UUID) -> TrackRecord:
    """Returns the clinic's row, locked, and adds it where there is none."""
    db.session.execute(insert(TrackRecord).values(clinic_id=clinic_id).on_conflict_do_nothing())
    query = select(TrackRecord).where(TrackRecord.clinic_id == clinic_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def shown(row: TrackRecord | None) -> ShownRecord:
    """Returns the figures of a row; zeros without one."""
    return ShownRecord(*(getattr(row, name) for name in ShownRecord._fields)) if row is not None else ShownRecord()


def shown_record(clinic_id: UUID) -> ShownRecord:
    """Returns the figures of a clinic; zeros where nothing was counted yet."""
    row = db.session.execute(select(*COLUMNS).where(TrackRecord.clinic_id == clinic_id)).one_or_none()
    return ShownRecord(*row) if row else ShownRecord()
