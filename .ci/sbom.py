"""What the running site is made of, as CycloneDX JSON: every package of requirements.txt as it is installed."""

import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def pinned() -> dict[str, str]:
    """Name and version of each line."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line.strip()]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


def bill() -> Bom:
    """One component a package, and who needs whom. An installed version that is not the pinned one ends it."""
    pins = pinned()
    packages = {name: distribution(name) for name in pins}
    wrong = [name for name, package in packages.items() if package.version != pins[name]]
    if wrong:
        raise SystemExit(f"Installed in another version than pinned: {', '.join(wrong)}")
    components = {name: _component(name, package) for name, package in packages.items()}
    bom = Bom(components=components.values())
    bom.metadata.component = Component(name="marketplace", type=ComponentType.APPLICATION, bom_ref="marketplace")
    bom.register_dependency(bom.metadata.component, components.values())
    for name, package in packages.items():
        bom.register_dependency(components[name], [components[n] for n in needs(package) if n in components])
    return bom


def needs(package: Distribution) -> list[str]:
    """What a package requires on this machine, without extras."""
    wanted = [Requirement(line) for line in package.requires or []]
    return [canonicalize_name(each.name) for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})]


def _component(name: str, package: Distribution) -> Component:
    purl = PackageURL("pypi", name=name, version=package.version)
    said = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    licence = said.splitlines()[0] if said else ""
    return Component(
        name=name,
        version=package.version,
        purl=purl,
        bom_ref=str(purl),
        type=ComponentType.LIBRARY,
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(JsonV1Dot6(bill()).output_as_string(indent=1) + "\n", encoding="utf-8")
    print(f"{len(pinned())} packages in {sys.argv[1]}")
