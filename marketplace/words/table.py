"""The tables of words for coded values: a row for each code, with a text for each audience that reads it."""

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
    """The words of one code for each audience; None where it never reads the code. `form` is what patients select."""

    patient: T | None = None
    clinic: T | None = None
    operator: T | None = None
    form: T | None = None


def everyone(text: T) -> Words[T]:
    """Returns the same words for patients, clinics and operators."""
    return Words(patient=text, clinic=text, operator=text)


def selectable(text: T) -> Words[T]:
    """Returns the same words for everyone, and for the patient who selects them."""
    return Words(patient=text, clinic=text, operator=text, form=text)


def staff(text: T) -> Words[T]:
    """Returns the same words for clinics and operators; patients never read the code."""
    return Words(clinic=text, operator=text)


class Table(dict[str, Words[T]]):
    """The rows of one set of codes in the order they are offered, with a column for each audience."""

    @cached_property
    def patient(self) -> Mapping[str, T]:
        """Returns what patients read, by code."""
        return {code: row.patient for code, row in self.items() if row.patient is not None}

    @cached_property
    def clinic(self) -> Mapping[str, T]:
        """Returns what clinics read, by code."""
        return {code: row.clinic for code, row in self.items() if row.clinic is not None}

    @cached_property
    def operator(self) -> Mapping[str, T]:
        """Returns what operators read, by code."""
        return {code: row.operator for code, row in self.items() if row.operator is not None}

    @cached_property
    def form(self) -> Mapping[str, T]:
        """Returns what patients select about themselves, by code."""
        return {code: row.form for code, row in self.items() if row.form is not None}
