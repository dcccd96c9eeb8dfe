"""What the words of coded values are kept in: one row a code, with a text for each audience that meets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from flask_babel.speaklater import LazyString

Tag = tuple[LazyString, str | None]  # the label of a state, and how its tag is drawn
Titled = tuple[LazyString, LazyString]  # a title, and the sentence below it
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Words(Generic[T]):
    """One code: what each audience reads, none where it never meets it; `form` is what patients say of themselves."""

    patient: T | None = None
    clinic: T | None = None
    operator: T | None = None
    form: T | None = None


def everyone(text: T) -> Words[T]:
    """The same words for patients, clinics and operators."""
    return Words(patient=text, clinic=text, operator=text)


def staff(text: T) -> Words[T]:
    """The same words for clinics and operators; patients never meet the code."""
    return Words(clinic=text, operator=text)


class Table(dict[str, Words[T]]):
    """The rows of one set of codes in the order they are offered, and a column of it for each audience."""

    @cached_property
    def patient(self) -> Mapping[str, T]:
        """What patients read, by code."""
        return {code: row.patient for code, row in self.items() if row.patient is not None}

    @cached_property
    def clinic(self) -> Mapping[str, T]:
        """What clinics read, by code."""
        return {code: row.clinic for code, row in self.items() if row.clinic is not None}

    @cached_property
    def operator(self) -> Mapping[str, T]:
        """What operators read, by code."""
        return {code: row.operator for code, row in self.items() if row.operator is not None}

    @cached_property
    def form(self) -> Mapping[str, T]:
        """What patients select of themselves, by code."""
        return {code: row.form for code, row in self.items() if row.form is not None}
