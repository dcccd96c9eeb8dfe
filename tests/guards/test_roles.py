"""Who may do what, in words: docs/roles.md says for each role and verb what the running site answers.

After a change, `WRITE_ROLES=1 pytest -n 0 tests/guards/test_roles.py` writes the table again for review; a new row is
named by hand.
"""

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.accounts.session_store import WebSession
from marketplace.extensions import db
from tests.world import ROLES, World, every_rule

PAPER = Path(__file__).parents[2] / "docs" / "roles.md"
ROW = re.compile(r"^\| (.+?) \| `(GET|POST) (\S+)` \| (.+) \|$", re.M)
COMMAND = re.compile(r"^\| .+? \| `flask ([a-z -]+)", re.M)
HELD = {"request-holder", "link-holder", "member", "member-of-this-clinic", "owner", "operator", "signed-in", "invited"}
TAKES_ALONG = re.compile(r"export|/photos/|/operator/audit|/operator/requests/<ref>$|/dashboard/leads/<ref>$")
WRITES = bool(os.environ.get("WRITE_ROLES"))
Key = tuple[str, str]


def verbs(app: Flask) -> dict[Key, str]:
    """Every page that changes something of somebody, or takes it along; the endpoint of each."""
    named, found = app.extensions["access_names"], {}
    for method, rule in every_rule(app):
        if named[rule.endpoint] in HELD and (method == "POST" or TAKES_ALONG.search(rule.rule)):
            found[method, rule.rule] = rule.endpoint
    return found


def told() -> dict[Key, tuple[str, list[str]]]:
    """What the paper says: the verb's name and its cells."""
    rows = ROW.findall(PAPER.read_text())
    return {(method, rule): (name, cells.split(" | ")) for name, method, rule, cells in rows}


def may(world: World, role: str, path: str, method: str) -> str:
    """Whether this person gets as far as the form, or is told that there is no such page for them."""
    answer = world.visit(role, path, method=method)
    location = answer.headers.get("Location", "")
    if answer.status_code in {403, 404} or location.startswith("/account/login?next="):
        return "no"
    if location.startswith("/account/verify"):
        return "password"
    return "not now" if answer.status_code == 409 else "yes"


def asked(app: Flask, world: World) -> dict[Key, list[str]]:
    """The cells as the site answers: each role, then whether an old sign-in has to enter the password again."""
    rules = {(method, rule.rule): world.path(rule) for method, rule in every_rule(app)}
    keys = list(verbs(app))
    cells = {key: [may(world, role, rules[key], key[0]) for role in ROLES] for key in keys}
    db.session.execute(update(WebSession).values(authenticated_at=None))
    db.session.commit()
    for key in keys:
        after_a_while = [may(world, role, rules[key], key[0]) for role in ("owner", "operator")]
        cells[key].append("yes" if "password" in after_a_while else "no")
    return cells


def write(found: dict[Key, list[str]]) -> None:
    names = {key: name for key, (name, _cells) in told().items()}
    head, _table, tail = re.split(r"<!-- table -->\n", PAPER.read_text())
    lines = [
        f"| verb | page | {' | '.join(ROLES)} | password again |",
        f"|---|---|{'---|' * (len(ROLES) + 1)}",
        *(
            f"| {names.get(key, '?')} | `{key[0]} {key[1]}` | {' | '.join(found[key])} |"
            for key in sorted(found, key=lambda k: (k[1], k[0]))
        ),
    ]
    PAPER.write_text(f"{head}<!-- table -->\n" + "\n".join(lines) + f"\n<!-- table -->\n{tail}")


def test_the_paper_says_what_the_site_answers(app: Flask, world: World) -> None:
    found = asked(app, world)
    if WRITES:
        write(found)
    said = {key: cells for key, (_name, cells) in told().items()}
    assert said == found, {
        key: (found.get(key), said.get(key)) for key in found | said if found.get(key) != said.get(key)
    }


def test_every_verb_has_a_name() -> None:
    assert [key for key, (name, _cells) in told().items() if "?" in name] == []


@pytest.mark.parametrize("command", COMMAND.findall(PAPER.read_text()) if PAPER.exists() else [])
def test_every_command_is_one(app: Flask, command: str) -> None:
    group, _space, name = command.strip().partition(" ")
    found = app.cli.commands[group]
    assert not name or name in found.commands  # type: ignore[attr-defined]
