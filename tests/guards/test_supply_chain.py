"""What the site is made of is pinned, complete and written down."""

import importlib.util
import json
import re
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.output.json import JsonV1Dot6

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+")


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / ".ci" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    assert not [line for line in lines if not PINNED.fullmatch(line) and line != "-r requirements.txt"]
    assert len({line.partition("==")[0].lower().replace("_", "-") for line in lines}) == len(lines)


def test_what_a_package_needs_is_pinned_too(sbom: ModuleType) -> None:
    pins = sbom.pinned()
    missing = {(name, need) for name in pins for need in sbom.needs(distribution(name)) if need not in pins}
    assert not missing


def test_sp22_the_bill_of_materials_names_every_requirement(sbom: ModuleType) -> None:
    bill = json.loads(JsonV1Dot6(sbom.bill()).output_as_string())
    listed = {(part["name"], part["version"]) for part in bill["components"]}
    assert listed == set(sbom.pinned().items())
    assert bill["bomFormat"] == "CycloneDX"
    linked = {edge["ref"] for edge in bill["dependencies"] if edge.get("dependsOn")}
    assert any(ref.startswith("pkg:pypi/flask@") for ref in linked)


def test_another_version_than_the_pinned_one_is_named(sbom: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "pinned", lambda: {"flask": "0.1"})
    with pytest.raises(SystemExit, match="flask"):
        sbom.bill()
