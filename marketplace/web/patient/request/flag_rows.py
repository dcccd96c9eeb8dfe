"""The red flags of quotes as their patient reads them: each once, with the question to ask, by where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalogue.models import Treatment
from marketplace.quotes.comparison_table import Column
from marketplace.quotes.red_flags import RED_FLAGS
from marketplace.words.quote import RED_FLAG_SOURCES
from marketplace.words.quote import RED_FLAGS as WORDS

# The page of ours that a source is read on, below the treatment's.
PAGES = {"guide": "", "prices": "/cost"}


@dataclass(frozen=True)
class FlagRow:
    """One flag in words, and the names of the clinics whose quotes have it."""

    text: str
    question: str
    clinics: list[str]


@dataclass(frozen=True)
class FlagGroup:
    """The flags of one source; `href` is its page, None where that is the quote or the request itself."""

    source: str
    href: str | None
    flags: list[FlagRow]


def flag_groups(columns: Sequence[Column]) -> list[FlagGroup]:
    """Returns the flags of compared quotes, each once, by their source in the order of the table."""
    named = {flag: [_clinic(column) for column in columns if flag in column.flags] for flag in RED_FLAGS}
    found = [flag for flag, clinics in named.items() if clinics]
    return [
        FlagGroup(
            source=str(RED_FLAG_SOURCES.patient[source]),
            href=_href(source, columns[0].quote.procedure.treatment),
            flags=[_row(flag.code, named[flag]) for flag in found if flag.source == source],
        )
        for source in dict.fromkeys(flag.source for flag in found)
    ]


def without_flags(columns: Sequence[Column]) -> list[str]:
    """Returns the names of the clinics whose quotes have none."""
    return [_clinic(column) for column in columns if not column.flags]


def _clinic(column: Column) -> str:
    return column.quote.lead.clinic.name


def _href(source: str, treatment: Treatment) -> str | None:
    return f"/treatments/{treatment.slug}{PAGES[source]}" if source in PAGES else None


def _row(code: str, clinics: list[str]) -> FlagRow:
    text, question = WORDS.patient[code]
    return FlagRow(str(text), str(question), clinics)
