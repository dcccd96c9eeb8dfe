"""The pages drawn from the code: docs/states.md from the tables of legal moves, docs/data-model.md from the models.

After a change, `WRITE_DIAGRAMS=1 pytest -n 0 tests/guards/test_diagrams.py` writes both again for review.
"""

import importlib
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import LargeBinary, Table

import marketplace
from marketplace.foundation.database.columns import Base
from marketplace.foundation.lifecycle import Lifecycle

DOCS = Path(__file__).parents[2] / "docs"
WRITES = bool(os.environ.get("WRITE_DIAGRAMS"))
PAGE = re.compile(r"(<!-- drawn -->\n).*(<!-- /drawn -->\n)", re.S)


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(marketplace.__path__, "marketplace."):
        yield importlib.import_module(found.name)


def lifecycles() -> list[Lifecycle]:
    """Every table of moves in use, by the name of what moves."""
    values = (value for module in modules() for value in vars(module).values())
    found = {id(value): value for value in values if isinstance(value, Lifecycle)}
    return sorted(found.values(), key=lambda lifecycle: lifecycle.thing.__name__)


def state_diagram(lifecycle: Lifecycle) -> str:
    arrows = [f"    {old} --> {new}" for old, to in lifecycle.moves.items() for new in sorted(to)]
    ends = sorted(
        {new for to in lifecycle.moves.values() for new in to} - {old for old, to in lifecycle.moves.items() if to}
    )
    first = next(iter(type(next(iter(lifecycle.moves)))))
    lines = ["stateDiagram-v2", f"    [*] --> {first}", *arrows, *(f"    {end} --> [*]" for end in ends)]
    home = lifecycle.thing.__module__.replace(".", "/")
    head = f"## {lifecycle.thing.__name__}\n\n`{home}.py`, column `{lifecycle.column}`.\n"
    return f"{head}\n```mermaid\n" + "\n".join(lines) + "\n```\n"


def tables() -> dict[str, list[tuple[Table, str]]]:
    """The tables of each package with the first sentence of their model's docstring."""
    found: dict[str, list[tuple[Table, str]]] = {}
    list(modules())
    for mapper in Base.registry.mappers:
        says = " ".join((mapper.class_.__doc__ or "").split("\n\n")[0].split())
        found.setdefault(mapper.class_.__module__.split(".")[1], []).append((mapper.local_table, says))
    return {package: sorted(rows, key=lambda row: row[0].name) for package, rows in sorted(found.items())}


def table_row(table: Table, says: str) -> str:
    refers = sorted({f"{key.column.table.name}" for key in table.foreign_keys})
    sealed = [
        column.name
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
    ]
    return f"| `{table.name}` | {says} | {', '.join(refers)} | {', '.join(sealed)} |"


def relations(rows: list[tuple[Table, str]]) -> list[str]:
    """One line per foreign key: whether there is one of the other at least, and one of these at most."""
    lines = []
    for table, _says in rows:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            at_least = "|o" if key.parent.nullable else "||"
            at_most = "o|" if key.parent.unique or list(table.primary_key) == [key.parent] else "o{"
            lines.append(f"    {key.column.table.name} {at_least}--{at_most} {table.name} : {key.parent.name}")
    return lines


def package_section(package: str, rows: list[tuple[Table, str]]) -> str:
    drawn = relations(rows)
    diagram = ["```mermaid", "erDiagram", *drawn, "```", ""] if drawn else []
    head = ["| table | a row is | refers to | sealed |", "|---|---|---|---|"]
    return "\n".join([f"## {package}", "", *diagram, *head, *(table_row(*row) for row in rows), ""])


def drawn_pages() -> dict[str, str]:
    return {
        "states.md": "\n".join(state_diagram(lifecycle) for lifecycle in lifecycles()),
        "data-model.md": "\n".join(package_section(package, rows) for package, rows in tables().items()),
    }


@pytest.mark.parametrize("page", ["states.md", "data-model.md"])
def test_a_drawn_page_says_what_the_code_says(page: str) -> None:
    drawn = drawn_pages()[page]
    path = DOCS / page
    if WRITES:
        path.write_text(PAGE.sub(lambda found: f"{found[1]}{drawn}{found[2]}", path.read_text()))
    assert f"<!-- drawn -->\n{drawn}<!-- /drawn -->" in path.read_text()


def test_everything_with_a_state_is_drawn() -> None:
    assert {lifecycle.thing.__name__ for lifecycle in lifecycles()} >= {
        "QuoteRequest",
        "Lead",
        "Quote",
        "Clinic",
        "Email",
    }
