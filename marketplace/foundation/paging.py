"""Pages of a list by number: how much there is, and the part of it that is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from marketplace.extensions import db

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; pages count from 1, and an empty list has one."""

    rows: list[Row]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class PageRange:
    """The range of one page: which of how many, before anything is read."""

    total: int
    page: int
    pages: int
    size: int

    def of(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The query limited to the rows of this page."""
        return query.limit(self.size).offset((self.page - 1) * self.size)

    def shown(self, rows: Iterable[Row]) -> Page[Row]:
        """The page with the rows that were read for it."""
        return Page(list(rows), total=self.total, page=self.page, pages=self.pages)


def page_range(total: int, *, wanted: int, size: int) -> PageRange:
    """The range of the wanted page; a number beyond the list is drawn back into it."""
    pages = max(1, -(-total // size))
    return PageRange(total, min(max(1, wanted), pages), pages, size)


def count_rows(query: Select[*tuple[Any, ...]]) -> int:
    """How many rows the query would give."""
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
