"""The answers of a request in the words of each reader: health conditions, and those that are one code of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from flask import Flask
from flask_babel import LazyString

from marketplace.catalogue.models import Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.quote_requests.answer_changes import shared_with_clinics
from marketplace.quote_requests.answer_table import CODED_CHOICES
from marketplace.quote_requests.models import QuoteRequest
from marketplace.words.request import ANSWERS, CONDITIONS


@dataclass(frozen=True)
class CodedAnswer:
    """One answer in words; `text` is None where it was left open."""

    name: str
    step: str
    label: str
    text: LazyString | None


def coded_answers(quote_request: QuoteRequest, audience: Literal["form", "patient", "clinic"]) -> list[CodedAnswer]:
    """Returns the answers in the order of the table, in the words of `audience`.

    A clinic gets only those that were answered and that it may read.
    """
    names = ANSWERS.clinic if audience == "clinic" else ANSWERS.form
    shared = shared_with_clinics(quote_request)
    found = []
    for name, choice in CODED_CHOICES.items():
        code = getattr(quote_request, name)
        if audience == "clinic" and (code is None or shared.get(name) is None):
            continue
        text = getattr(choice.codes, audience)[code] if code is not None else None
        found.append(CodedAnswer(name, choice.step, str(names[name]), text))
    return found


def coded_rows(
    quote_request: QuoteRequest, audience: Literal["form", "patient", "clinic"]
) -> list[dict[str, str | LazyString | None]]:
    """Returns the answers as rows of a summary list."""
    return [{"key": each.label, "value": each.text} for each in coded_answers(quote_request, audience)]


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
    app.jinja_env.filters["coded_rows"] = coded_rows
