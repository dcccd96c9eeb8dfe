"""The texts of every treatment and its facts agree: headings that facts name are there, durations are the same."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.catalogue.content_loader import front_matter
from marketplace.catalogue.guide_facts import Effect, read_guide
from marketplace.catalogue.texts import parts_of
from marketplace.web.promises import filled
from marketplace.web.public.guide_drawings import lasts_words
from tests.guards.test_treatments import FOLDERS

SHIPPED = [file.parent for file in FOLDERS if "tests" not in file.parts]
pytestmark = pytest.mark.usefixtures("app")


def particulars(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "treatment.yaml").read_text())["particulars"]
    return found


def headings(folder: Path, kind: str) -> list[str]:
    return [part.words for part in parts_of(front_matter(folder / f"{kind}.md")[1])[1]]


def unsaid(effects: tuple[Effect, ...], body: str) -> list[str]:
    """The durations that a text does not have."""
    return [lasts_words(each) for each in effects if lasts_words(each) not in body]


@pytest.mark.parametrize("folder", [file.parent for file in FOLDERS], ids=lambda folder: folder.name)
def test_what_stands_below_a_heading_has_its_heading(folder: Path) -> None:
    raw = particulars(folder)
    under = {name: heading for name, heading in raw.get("guide", {}).items() if name.endswith("_under")}
    assert [heading for heading in under.values() if heading not in headings(folder, "guide")] == []
    named = {raw["emergency_section"], *(sign["section"] for sign in raw["signs"])}
    assert named - set(headings(folder, "aftercare")) == set()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_aftercare_says_the_durations_that_are_drawn(folder: Path) -> None:
    effects = read_guide(particulars(folder)["guide"]).effects
    assert effects
    assert unsaid(effects, front_matter(folder / "aftercare.md")[1]) == []


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_answer_leads_to_the_page_it_means(folder: Path) -> None:
    _intro, parts = parts_of(filled(front_matter(folder / "questions.md")[1]))
    assert [part.words for part in parts if "<a href" not in part.html] == []


def test_another_duration_would_be_found() -> None:
    assert unsaid((Effect("Redness", hours=(6, 24)), Effect("Itch", hours=(1, 1))), "Redness: 6 to 24 hours") == [
        "1 hour"
    ]
