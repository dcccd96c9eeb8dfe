"""The phrases of a treatment: a file that forgets a line is refused, and no language is shown without a review."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from marketplace.catalogue import phrases
from marketplace.catalogue.content_rows import ContentError
from marketplace.catalogue.geography import CONTENT
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.phrases import PhraseSheet
from marketplace.catalogue.queries import treatments
from marketplace.extensions import db

TODAY = date(2026, 11, 28)

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def raw() -> dict[str, Any]:
    return deepcopy(yaml.safe_load((CONTENT / "mesotherapy" / "phrases.yaml").read_text()))


@pytest.fixture
def treatment() -> Treatment:
    return next(found for found in treatments() if found.slug == "mesotherapy")


def row(treatment: Treatment, language: str) -> PhraseSheet:
    of = (PhraseSheet.treatment_id == treatment.id) & (PhraseSheet.language == language)
    return db.session.scalars(select(PhraseSheet).where(of)).one()


@pytest.mark.parametrize(
    ("group", "code"),
    [("ask", "sealed"), ("flags", "nobody_named"), ("conditions", "allergy"), ("emergency", "unwell")],
)
def test_a_line_that_is_missing_in_a_language_is_named(raw: Any, treatment: Treatment, group: str, code: str) -> None:
    del raw["translations"]["tr"][group][code]
    with pytest.raises(ContentError, match=f"phrases tr, {group}: {code} is missing"):
        phrases.read(raw, particulars_of(treatment))


def test_a_line_that_is_unknown_or_empty_is_named(raw: Any, treatment: Treatment) -> None:
    raw["translations"]["pl"]["refuse"]["stop"] = " "
    with pytest.raises(ContentError, match="phrases pl, refuse: stop is no text"):
        phrases.read(raw, particulars_of(treatment))
    raw["translations"]["pl"]["refuse"] = {**raw["en"]["refuse"], "other": "x"}
    with pytest.raises(ContentError, match="phrases pl, refuse: other is unknown"):
        phrases.read(raw, particulars_of(treatment))


def test_a_review_has_a_name_and_a_day(raw: Any, treatment: Treatment) -> None:
    raw["translations"]["tr"]["reviewed_by"] = "Somebody"
    with pytest.raises(ContentError, match="phrases tr: a review has both"):
        phrases.read(raw, particulars_of(treatment))


def test_what_is_shipped_is_written_and_not_reviewed(raw: Any, treatment: Treatment) -> None:
    for language in raw["translations"]:
        found = phrases.translation(treatment, language, is_sample=True)
        assert (found.is_written, found.lines) == (True, {})
    assert not phrases.translation(treatment, "th", is_sample=True).is_written


def test_lines_keep_their_order(raw: Any, treatment: Treatment) -> None:
    found = phrases.source_lines(treatment)
    assert [list(found[group].items()) for group in phrases.GROUPS] == [
        list(raw["en"][group].items()) for group in phrases.GROUPS
    ]


def test_a_reviewed_text_is_shown_with_who_read_it(treatment: Treatment) -> None:
    found = row(treatment, "tr")
    found.reviewed_by, found.reviewed_on = "Dr Reader", TODAY
    shown = phrases.translation(treatment, "tr", is_sample=False)
    assert (shown.lines["answer"]["yes"], shown.reviewed_by, shown.is_sample) == ("Evet", "Dr Reader", False)


def test_an_invented_review_counts_at_invented_clinics_alone(treatment: Treatment) -> None:
    phrases.review_as_sample(treatment, ["tr"], on=TODAY)
    assert phrases.translation(treatment, "tr", is_sample=True).is_sample
    assert phrases.translation(treatment, "tr", is_sample=False).lines == {}
