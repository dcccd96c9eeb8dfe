"""The phrases that a patient shows in a clinic, in English and in a clinic's language once somebody has reviewed it.

They are content: a file for each treatment, loaded into a row a language. A language without a review is never shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalogue.content_rows import ContentError
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.particulars import Particulars
from marketplace.extensions import db
from marketplace.foundation.database.columns import Base, key
from marketplace.words.quote import RED_FLAGS

SOURCE = "en"  # the language that the lines are written in
GROUPS = ("answer", "ask", "refuse", "emergency")
FLAGS, CONDITIONS = "flags", "conditions"  # their English stands elsewhere: in the words of flags, in the particulars
REVIEW = ("reviewed_by", "reviewed_on")

Lines = Mapping[str, Mapping[str, str]]  # the texts of a language: by group, then by code


class PhraseSheet(Base):
    """The phrases of one treatment in one language, and who has read them."""

    __tablename__ = "phrase_sheet"
    __table_args__ = (
        UniqueConstraint("treatment_id", "language"),
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_on IS NULL)", name="reviewed_by_somebody"),
    )

    id: Mapped[UUID] = key()
    treatment_id: Mapped[UUID] = mapped_column(ForeignKey("treatment.id"))
    language: Mapped[str]
    lines: Mapped[dict[str, list[tuple[str, str]]]] = mapped_column(JSONB)  # code and text, in their order
    reviewed_by: Mapped[str | None]
    reviewed_on: Mapped[date | None]
    sample_reviewed_on: Mapped[date | None]  # an invented review, which counts at invented clinics alone
    loaded_digest: Mapped[str]


@dataclass(frozen=True)
class Translation:
    """What may be shown of a language: no line before somebody has reviewed it (`is_written` that there is a text)."""

    language: str
    is_written: bool
    lines: Lines
    reviewed_by: str | None = None
    reviewed_on: date | None = None

    @property
    def is_sample(self) -> bool:
        """Whether its review is an invented one."""
        return bool(self.lines) and self.reviewed_by is None


def read(raw: Mapping[str, Any], particulars: Particulars) -> dict[str, dict[str, Any]]:
    """Returns the columns of each language's row. Raises ContentError for a line that is missing or unknown."""
    _must_have("phrases", set(raw), {SOURCE, "translations"})
    source = _lines(SOURCE, raw[SOURCE], {})
    lines = {group: set(source[group]) for group in GROUPS}
    lines |= {FLAGS: set(RED_FLAGS), CONDITIONS: {condition.slug for condition in particulars.conditions}}
    found = {SOURCE: {"lines": _stored(source), "reviewed_by": None, "reviewed_on": None}}
    for language, row in raw["translations"].items():
        if (row.get("reviewed_by") is None) != (row.get("reviewed_on") is None):
            raise ContentError(f"phrases {language}: a review has both reviewed_by and reviewed_on")
        texts = {group: said for group, said in row.items() if group not in REVIEW}
        found[language] = {"lines": _stored(_lines(language, texts, lines)), **{name: row.get(name) for name in REVIEW}}
    return found


def _lines(language: str, texts: Mapping[str, Any], wanted: Mapping[str, set[str]]) -> Lines:
    """Checks the texts of one language against the lines it needs; the source's own lines are free."""
    _must_have(f"phrases {language}", set(texts), set(wanted or GROUPS))
    for group, said in texts.items():
        _must_have(f"phrases {language}, {group}", set(said), wanted.get(group, set(said)))
        if empty := sorted(code for code, text in said.items() if not isinstance(text, str) or not text.strip()):
            raise ContentError(f"phrases {language}, {group}: {', '.join(empty)} is no text")
    return texts


def _stored(lines: Lines) -> dict[str, list[list[str]]]:
    """Returns the lines as they are stored: an object of JSON keeps no order."""
    return {group: [[code, text] for code, text in said.items()] for group, said in lines.items()}


def _must_have(where: str, found: set[str], wanted: set[str]) -> None:
    if missing := sorted(wanted - found):
        raise ContentError(f"{where}: {', '.join(missing)} is missing")
    if unknown := sorted(found - wanted):
        raise ContentError(f"{where}: {', '.join(unknown)} is unknown")


def source_lines(treatment: Treatment) -> Lines:
    """Returns the English lines by group; empty where the treatment was loaded before it had any."""
    row = _row(treatment, SOURCE)
    return _read(row) if row else {group: {} for group in GROUPS}


def translation(treatment: Treatment, language: str, *, is_sample: bool) -> Translation:
    """Returns the lines of a language, without any where nobody has reviewed them.

    At an invented clinic (`is_sample`) an invented review counts, too.
    """
    row = _row(treatment, language)
    if row is None:
        return Translation(language, False, {})
    if row.reviewed_on is None and not (is_sample and row.sample_reviewed_on is not None):
        return Translation(language, True, {})
    return Translation(language, True, _read(row), row.reviewed_by, row.reviewed_on or row.sample_reviewed_on)


def review_as_sample(treatment: Treatment, languages: Sequence[str], *, on: date) -> None:
    """Gives languages the invented review of the sample marketplace."""
    for language in languages:
        row = _row(treatment, language)
        if row is not None:
            row.sample_reviewed_on = on
    db.session.flush()


def _read(row: PhraseSheet) -> Lines:
    return {group: dict(lines) for group, lines in row.lines.items()}


def _row(treatment: Treatment, language: str) -> PhraseSheet | None:
    query = select(PhraseSheet).where(PhraseSheet.treatment_id == treatment.id, PhraseSheet.language == language)
    return db.session.scalar(query)
