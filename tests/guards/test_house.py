"""The rules of this code that a machine can hold us to."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate

from marketplace.foundation.audit.log import Event
from marketplace.leads.states import LEAD_REFUSALS, LeadState
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState
from marketplace.quotes.states import QUOTE_REFUSALS, QuoteState
from marketplace.reactions import REACTIONS
from marketplace.words.event import EVENTS

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "marketplace").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# Besides the views' @writes, work ends in a commit only where nobody waits for an answer.
MAY_COMMIT = {
    "web/http/writing.py",
    "worker.py",
    "accounts/security_pages.py",
    "foundation/database/transactions.py",
    "cli/security.py",
    "cli/people.py",
    "cli/stored_data.py",
    "cli/running.py",
    "mail/jobs.py",
    "mail/batches.py",
    "mail/change_notifications.py",
    "mail/quote_notifications.py",
    "retention/rules.py",
}


def every_event(base: type[Event] = Event) -> Iterator[type[Event]]:
    for event in base.__subclasses__():
        yield event
        yield from every_event(event)


def test_every_event_has_an_entry_in_the_reactions() -> None:
    assert {event.__name__ for event in every_event()} == {event.__name__ for event in REACTIONS}


def test_every_event_has_words_for_operators() -> None:
    assert {event.__name__ for event in REACTIONS} <= set(EVENTS)


def test_commits_stand_in_writes_and_in_the_worker() -> None:
    found = {str(path.relative_to(ROOT / "marketplace")) for path in MODULES if "session.commit(" in path.read_text()}
    assert found == MAY_COMMIT


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 250, "over 250 lines: split it by verb"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{node.name} is over 40 lines"


WEB = sorted((ROOT / "marketplace" / "web").rglob("*.py"))


def test_views_only_read_call_and_answer() -> None:
    views = [
        (path.name, node.name, (node.end_lineno or 0) - node.lineno + 1)
        for path in WEB
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and re.search(r"\.(get|post|route)\(", _decorators(node))
    ]
    assert len(views) > 80
    assert not [view for view in views if view[2] > 20], "views over 20 lines: their work is an action's"


def _decorators(node: ast.FunctionDef) -> str:
    return " ".join(ast.unparse(decorator) for decorator in node.decorator_list)


def test_templates_stay_readable() -> None:
    long = [str(path) for path in TEMPLATES if path.read_text().count("\n") > 120]
    wide = [f"{path}:{number}" for path in TEMPLATES for number in too_long(path.read_text())]
    assert long == [], "over 120 lines"
    assert wide == [], "over 160 columns"


def too_long(template: str) -> list[int]:
    """Numbers of the lines over 160 columns."""
    return [number for number, line in enumerate(template.split("\n"), start=1) if len(line) > 160]


def test_lists_are_built_in_python() -> None:
    assert not [str(path) for path in TEMPLATES if builds(path.read_text())]


def builds(template: str) -> bool:
    """Whether a list grows while the template is rendered."""
    return bool(re.search(r"\.(append|extend|update|insert)\(|_ignored", template))


def test_a_list_built_in_a_template_is_found() -> None:
    assert builds("{% if rows.append(row) %}{% endif %}")
    assert not builds("{% for row in rows %}{{ row.key }}{% endfor %}")


def test_a_line_too_long_for_a_template_is_found() -> None:
    assert too_long("short\n" + "x" * 161 + "\n" + "x" * 160) == [2]


def test_no_room_for_leftovers() -> None:
    assert not [path for path in MODULES if path.stem in {"utils", "helpers", "common", "misc"}]


def test_the_head_of_the_migrations_is_pinned(app: Flask) -> None:
    config = app.extensions["migrate"].migrate
    assert isinstance(config, Migrate)
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert script.get_heads() == [(ROOT / "migrations" / "head.txt").read_text().strip()]


def test_migrations_import_no_models() -> None:
    versions = (ROOT / "migrations" / "versions").glob("*.py")
    assert not [path for path in versions if "marketplace" in path.read_text()]


def test_styles_use_logical_properties_only() -> None:
    physical = re.compile(r"[\s;{](margin|padding|border|inset)?-?(left|right)\s*:|text-align:\s*(left|right)")
    assert not [path for path in (ROOT / "static" / "css").rglob("*.css") if physical.search(path.read_text())]


BANNED = re.compile(
    r"\b(please|sorry|oops|unfortunately|contraindicated|younger|anti-age?ing|book now|flaws)\b|!(?=[<\s]*</)",
    re.I,
)


def test_words_we_do_not_use() -> None:
    texts = [*TEMPLATES, *(ROOT / "marketplace" / "catalogue" / "content").rglob("*.md")]
    found = [f"{path.name}: {match.group()}" for path in texts if (match := BANNED.search(path.read_text()))]
    assert not found


@pytest.mark.parametrize(
    ("states", "codes"),
    [(RequestState, REQUEST_REFUSALS), (LeadState, LEAD_REFUSALS), (QuoteState, QUOTE_REFUSALS)],
    ids=["request", "lead", "quote"],
)
def test_every_state_has_the_code_of_its_refusal(states: type[StrEnum], codes: dict[StrEnum, str]) -> None:
    assert {code.partition("_")[2]: state for state, code in codes.items()} == {str(state): state for state in states}
