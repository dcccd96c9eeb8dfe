"""What the papers point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPERS = [
    *("README.md", "SECURITY.md", "docs/threat-model.md", "docs/asvs.md", "docs/running.md"),
    *("docs/cryptography.md", "docs/fields.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md"),
    *("docs/testing.md", "docs/states.md", "docs/data-model.md", "docs/operations.md", "docs/scale.md"),
    "docs/performance.md",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs" / "howto").glob("*.md"))),
]
MADE = {"tests/artifacts/"}  # by the tests, when asked
USES_KEYS = re.compile(r"^\s*(?:import|from) (?:hashlib|hmac|cryptography|itsdangerous|altcha)\b", re.MULTILINE)
PLACE = re.compile(r"`((?:marketplace|tests|docs|templates|static|migrations|\.ci)/[\w./-]*)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_place_is_there(paper: str) -> None:
    for path, test in PLACE.findall((ROOT / paper).read_text()):
        assert (ROOT / path).exists() or path in MADE, path
        assert not test or f"def {test}(" in (ROOT / path).read_text(), f"{path}::{test}"


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_somewhere(paper: str) -> None:
    for target in LINK.findall((ROOT / paper).read_text()):
        assert ((ROOT / paper).parent / target).exists(), target


def test_each_module_that_hashes_signs_or_seals_is_in_the_inventory() -> None:
    inventory = {path for path, _test in PLACE.findall((ROOT / "docs" / "cryptography.md").read_text())}
    modules = (ROOT / "marketplace").rglob("*.py")
    using = {str(path.relative_to(ROOT)) for path in modules if USES_KEYS.search(path.read_text())}
    assert using - inventory == set()


def test_each_requirement_stands_once() -> None:
    rows = re.findall(r"^\| ([\d., ]+) \|", (ROOT / "docs" / "asvs.md").read_text(), re.M)
    ids = [each for row in rows for each in row.split(", ")]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", each) for each in ids)
    assert len(ids) == len(set(ids))


def test_each_one_met_points_to_where_and_by_what() -> None:
    met = (ROOT / "docs" / "asvs.md").read_text().partition("## Otherwise")[0]
    rows = [line.split(" | ") for line in met.splitlines() if re.match(r"\| \d", line)]
    assert [row[0] for row in rows if len(row) != 4] == []
    assert len(rows) > 60


def test_each_guard_is_told_of() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text()
    assert [path.name for path in (ROOT / "tests" / "guards").glob("test_*.py") if path.name not in told] == []


def test_each_decision_has_a_number_of_its_own() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in files]
    assert numbers == list(range(1, len(files) + 1))
    assert [
        path.name for path, n in zip(files, numbers, strict=True) if not path.read_text().startswith(f"# {n}. ")
    ] == []
