"""The red flags of a quote as its patient reads them: what it says, what to ask, and where that comes from."""

from dataclasses import dataclass

from marketplace.catalogue.models import Treatment
from marketplace.quotes.comparison_table import Column
from marketplace.words.quote import RED_FLAG_SOURCES, RED_FLAGS

# The page of ours that a source is read on, below the treatment's.
PAGES = {"guide": "", "prices": "/cost"}


@dataclass(frozen=True)
class FlagRow:
    """One flag in words; `href` is the page of its source, None where that is the quote or the request itself."""

    text: str
    question: str
    source: str
    href: str | None


def flag_rows(column: Column) -> list[FlagRow]:
    """Returns the flags of a compared quote in words."""
    return [_row(flag.code, flag.source, column.quote.procedure.treatment) for flag in column.flags]


def _row(code: str, source: str, treatment: Treatment) -> FlagRow:
    text, question = RED_FLAGS.patient[code]
    href = f"/treatments/{treatment.slug}{PAGES[source]}" if source in PAGES else None
    return FlagRow(str(text), str(question), str(RED_FLAG_SOURCES.patient[source]), href)
