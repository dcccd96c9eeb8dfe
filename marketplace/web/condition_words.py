"""The health conditions in words: a treatment's own from its content, the general ones from the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from flask import Flask

from marketplace.catalogue.models import Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.words.request import CONDITIONS

Audience = Literal["form", "clinic", "operator"]
UNSURE, NONE = "unsure", "none"


@dataclass(frozen=True)
class ConditionWords:
    """One condition in words; `pausing` where clinics usually wait, `advice` for the clinic that reads it."""

    code: str
    text: str
    pausing: bool
    advice: str


def choices(treatment: Treatment) -> list[tuple[str, str]]:
    """Returns the conditions that a patient is asked about, as (code, label)."""
    own = ((condition.slug, condition.patient) for condition in particulars_of(treatment).conditions)
    return [*own, *((code, cast(str, text)) for code, text in CONDITIONS.form.items())]  # lazy: looked up when shown


def examples(treatment: Treatment) -> dict[str, str]:
    """Returns the hints of the boxes that have one, by code."""
    conditions = particulars_of(treatment).conditions
    return {condition.slug: condition.example for condition in conditions if condition.example}


def conditions_in_words(codes: Iterable[str], treatment: Treatment, audience: Audience) -> list[ConditionWords]:
    """Returns each answer in the reader's words; one that the content no longer has appears as its code."""
    content, general = particulars_of(treatment), getattr(CONDITIONS, audience)
    found = []
    for code in codes:
        condition = content.condition(code)
        own = (condition.patient if audience == "form" else condition.reader) if condition else code
        advice = condition.advice if condition else ""
        found.append(ConditionWords(code, str(general.get(code, own)), code in content.pausing, advice))
    return found


def install(app: Flask) -> None:
    """Makes the answers and the treatment's particulars known to the templates."""
    app.jinja_env.filters["conditions_in_words"] = conditions_in_words
    app.jinja_env.filters["particulars"] = particulars_of
