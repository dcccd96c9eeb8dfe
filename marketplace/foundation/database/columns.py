"""The base of every table: keys made by the app, aware moments, and CHECKs that tie a state to its moment."""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from marketplace.extensions import metadata as the_metadata
from marketplace.foundation import clock

# What is kept or handed on as JSON.
Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


class Base(DeclarativeBase):
    """The base of all models, on one metadata."""

    metadata = the_metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        int: BigInteger(),
        str: Text(),
    }


def uuid7() -> UUID:
    """A time-ordered key, made by the app so that inserts need no answer (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    high, low = random >> 64 & 0xFFF, random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def moment_of(key: UUID) -> datetime:
    """When a time-ordered key was made, by the machine's clock."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def first_key(moment: datetime) -> UUID:
    """The lowest key of that moment: what was made earlier has a lower one."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def key() -> MappedColumn[UUID]:
    """A primary key column."""
    return mapped_column(primary_key=True, default=uuid7)


class Created:
    """Adds the moment a row was made."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """A CHECK that the column holds one of the known words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def state_checks(states: type[StrEnum], *, column: str = "state") -> tuple[CheckConstraint, ...]:
    """CHECKs that the state is known and that each state has its moment: `sent` needs `sent_at`."""
    ties = (
        CheckConstraint(
            f"{column} <> '{state}' OR {state}_at IS NOT NULL",
            name=f"{state}_has_moment",
        )
        for state in states
    )
    return (one_of(column, states), *ties)
