"""The answers of a request that are one code of a list, in words for each reader."""

from dataclasses import dataclass
from typing import Literal

from flask import Flask
from flask_babel import LazyString

from marketplace.quote_requests.answer_changes import shared_with_clinics
from marketplace.quote_requests.answer_table import CODED_CHOICES
from marketplace.quote_requests.models import QuoteRequest
from marketplace.words.request import ANSWERS

Audience = Literal["form", "patient", "clinic"]


@dataclass(frozen=True)
class CodedAnswer:
    """One answer in words; `text` is None where it was left open."""

    name: str
    step: str
    label: str
    text: LazyString | None


def coded_answers(quote_request: QuoteRequest, audience: Audience) -> list[CodedAnswer]:
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


def coded_rows(quote_request: QuoteRequest, audience: Audience) -> list[dict[str, str | LazyString | None]]:
    """Returns the answers as rows of a summary list."""
    return [{"key": each.label, "value": each.text} for each in coded_answers(quote_request, audience)]


def install(app: Flask) -> None:
    """Makes the rows known to the templates."""
    app.jinja_env.filters["coded_rows"] = coded_rows
