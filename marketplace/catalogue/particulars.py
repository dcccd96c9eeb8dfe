"""What is asked and said about one treatment only, read from its content file."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from marketplace.catalogue.models import Treatment

PRICE_UNITS = ("session",)  # the units that the pages have words for
# Answers to the health question that every treatment has: no content may take their names.
GENERAL_CONDITIONS = ("unsure", "tell_clinic", "none")


class ContentError(ValueError):
    """A content file lacks something or has too much; the message names it."""


@dataclass(frozen=True)
class Condition:
    """A health condition that patients are asked about.

    `patient` is the label of their box, `example` its hint; `reader` is what a clinic or operator reads, `advice` what
    a clinic reads beside it.
    """

    slug: str
    patient: str
    reader: str
    example: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Care:
    """What a patient who ticks any of these conditions is told before the form goes on."""

    slug: str
    title: str
    text: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Sign:
    """An answer to "how is it" after a session, from nothing new to the most serious.

    `section` is the heading in the text about aftercare that says what to do; `doctor` that a doctor comes first.
    """

    slug: str
    label: str
    section: str
    hint: str = ""
    doctor: bool = False


@dataclass(frozen=True)
class Particulars:
    """The words of one treatment, each for one place of the site."""

    price_unit: str
    trips_hint: str  # the form, below the number of trips
    photos_hint: str  # the form, above the photos
    details_hint: str  # the form, below the free words about health
    product_label: str  # a clinic's quote: the product
    product_sealed_label: str  # a clinic's quote: is the product shown
    product_sealed_shown: str  # the patient's page of a quote: the same, as a fact
    product_sealed_compared: str  # the comparison: the product that is shown; {product} stands for its name
    product_advice: str  # while the patient waits for quotes
    conditions: tuple[Condition, ...]
    care: tuple[Care, ...]
    signs: tuple[Sign, ...]
    emergency_section: str  # the heading in the text about aftercare that says when to get help at once

    @property
    def pausing(self) -> frozenset[str]:
        """Returns the conditions that lead to the page which explains them."""
        return frozenset(slug for care in self.care for slug in care.conditions)

    def sign(self, slug: str | None) -> Sign | None:
        """Returns the answer of this name; None where the content has none."""
        return next((found for found in self.signs if found.slug == slug), None)

    def condition(self, slug: str) -> Condition | None:
        """Returns the condition of this name; None where the content has none."""
        return next((found for found in self.conditions if found.slug == slug), None)


def read(raw: Mapping[str, Any]) -> Particulars:
    """Returns the particulars of a content file. Raises ContentError for what is missing, unknown or taken."""
    _check_names(raw, Particulars, "particulars")
    conditions = tuple(_of(Condition, row) for row in raw["conditions"])
    care = tuple(_of(Care, {**row, "conditions": tuple(row.get("conditions", ()))}) for row in raw["care"])
    signs = tuple(_of(Sign, row) for row in raw["signs"])
    found = Particulars(**{**raw, "conditions": conditions, "care": care, "signs": signs})
    if found.price_unit not in PRICE_UNITS:
        raise ContentError(f"price_unit {found.price_unit} is not one of {', '.join(PRICE_UNITS)}")
    slugs = [condition.slug for condition in conditions]
    if taken := sorted({slug for slug in slugs if slugs.count(slug) > 1} | set(slugs) & set(GENERAL_CONDITIONS)):
        raise ContentError(f"conditions: {', '.join(taken)} is taken")
    if unknown := sorted(found.pausing - set(slugs)):
        raise ContentError(f"care: {', '.join(unknown)} is no condition")
    return found


def particulars_of(treatment: Treatment) -> Particulars:
    """Returns the particulars of a loaded treatment."""
    return read(treatment.particulars)


_Row = TypeVar("_Row", Condition, Care, Sign)


def _of(kind: type[_Row], raw: Mapping[str, Any]) -> _Row:
    _check_names(raw, kind, kind.__name__.lower())
    return kind(**raw)


def _check_names(raw: Mapping[str, Any], kind: type[Any], where: str) -> None:
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if missing := sorted(needed - raw.keys()):
        raise ContentError(f"{where}: {', '.join(missing)} is missing")
    if unknown := sorted(raw.keys() - {field.name for field in fields(kind)}):
        raise ContentError(f"{where}: {', '.join(unknown)} is unknown")
