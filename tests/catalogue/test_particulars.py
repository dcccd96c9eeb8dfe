"""What a treatment says of itself: a content file that forgets something is refused, by name."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from marketplace.catalogue import content_loader, queries
from marketplace.catalogue.content_rows import ContentError
from marketplace.catalogue.geography import CONTENT
from marketplace.catalogue.particulars import particulars_of, read


@pytest.fixture
def raw() -> dict[str, Any]:
    file = (CONTENT / "mesotherapy" / "treatment.yaml").read_text()
    return deepcopy(yaml.safe_load(file)["particulars"])


def test_conditions_that_are_cared_for_pause_the_form(raw: dict[str, Any]) -> None:
    assert read(raw).pausing == {row["slug"] for row in raw["conditions"]}
    raw["care"] = raw["care"][:1]
    assert read(raw).pausing == {"pregnancy", "breastfeeding"}


@pytest.mark.parametrize("name", ["photos_hint", "conditions", "care", "price_unit"])
def test_what_is_missing_is_named(raw: dict[str, Any], name: str) -> None:
    del raw[name]
    with pytest.raises(ContentError, match=f"particulars: {name} is missing"):
        read(raw)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price_unit": "tooth"}, "price_unit tooth is not one of session"),
        ({"colour": "red"}, "particulars: colour is unknown"),
        ({"conditions": [{"slug": "none", "patient": "None", "reader": "None"}], "care": []}, "none is taken"),
        ({"conditions": [{"slug": "a", "patient": "A"}]}, "condition: reader is missing"),
        ({"conditions": []}, "care: allergy, .* is no condition"),
        ({"guide": {"colour": "red"}}, "guide: colour is unknown"),
        ({"guide": {"layers": ["Skin"]}}, "guide: layers are 3, from the surface down"),
        ({"guide": {"upkeep_months": [3, 2]}}, r"upkeep_months: \[3, 2\] is not lowest and highest"),
        ({"guide": {"effects": [{"label": "Itch"}]}}, "effect: Itch lasts hours or days"),
        ({"guide": {"effects": [{"hours": [1, 2]}]}}, "effect: label is missing"),
    ],
)
def test_what_cannot_be_used_is_refused(raw: dict[str, Any], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ContentError, match=words):
        read(raw | change)


@pytest.mark.usefixtures("db_session")
def test_a_row_from_before_gets_its_particulars_even_where_an_operator_edited_it() -> None:
    about = queries.treatments()[0]
    about.summary, about.particulars = "Edited.", None  # type: ignore[assignment]
    assert content_loader.load().left == [about.slug]
    assert (about.summary, particulars_of(about).price_unit) == ("Edited.", "session")
