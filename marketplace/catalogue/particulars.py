"""What is asked and said about one treatment only, read from its content file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.catalogue.content_rows import ContentError, check_names, row_of
from marketplace.catalogue.guide_facts import GuideFacts, read_guide
from marketplace.catalogue.models import Treatment

PRICE_UNITS = ("session",)  # the units that the pages have words for
# Answers to the health question that every treatment has: no content may take their names.
GENERAL_CONDITIONS = ("unsure", "tell_clinic", "none")


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
    for_doctor: str = ""  # the passport: what a doctor who sees the patient later should know
    guide: GuideFacts = field(default_factory=GuideFacts)

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
    check_names(raw, Particulars, "particulars")
    conditions = tuple(row_of(Condition, row) for row in raw["conditions"])
    care = tuple(row_of(Care, {**row, "conditions": tuple(row.get("conditions", ()))}) for row in raw["care"])
    signs = tuple(row_of(Sign, row) for row in raw["signs"])
    guide = read_guide(raw.get("guide", {}))
    found = Particulars(**{**raw, "conditions": conditions, "care": care, "signs": signs, "guide": guide})
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
