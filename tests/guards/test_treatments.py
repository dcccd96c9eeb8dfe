"""No treatment is known to code or pages: what one is called, is of and asks comes from its content."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDERS = [
    *(ROOT / "marketplace/catalogue/content").glob("*/treatment.yaml"),
    *ROOT.glob("tests/content/*/treatment.yaml"),
]


def patterns() -> Iterator[re.Pattern[str]]:
    """A treatment by its slug or name anywhere, a procedure by its name, or by its slug as a value or in a path."""
    for file in FOLDERS:
        about = yaml.safe_load(file.read_text())
        procedures = about["procedures"]
        for name in (about["slug"], about["name"].removesuffix(" (sample)"), *(row["name"] for row in procedures)):
            yield re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        for row in procedures:
            yield re.compile(rf"[\"'/=]{row['slug']}[\"'/?&]")


def sources() -> Iterator[Path]:
    """Code and templates; content and sample are data."""
    for pattern in ("marketplace/**/*.py", "templates/**/*", "static/**/*.js"):
        for path in ROOT.glob(pattern):
            if path.is_file() and "sample" not in path.parts and "content" not in path.parts:
                yield path


def found_in(text: str) -> list[str]:
    """What of a treatment stands in it."""
    return [match.group() for pattern in patterns() if (match := pattern.search(text))]


def test_no_code_and_no_page_names_a_treatment_or_a_procedure() -> None:
    assert len(FOLDERS) >= 2
    assert {str(path.relative_to(ROOT)): found for path in sources() if (found := found_in(path.read_text()))} == {}


@pytest.mark.parametrize(
    "text",
    [
        'TREATMENT = "mesotherapy"',
        "<a href='/treatments/mesotherapy/cost'>",
        "Mesotherapy clinics",
        '"mesoglow"',
        "'eyes'",
    ],
)
def test_a_name_would_be_found(text: str) -> None:
    assert found_in(text)
