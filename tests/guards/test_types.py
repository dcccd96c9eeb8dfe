"""A signature says what it takes and returns: `Any` and `object` stand alone where a library knows no better."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MARKETPLACE = Path(__file__).parents[2] / "marketplace"
MAX_SHARE = 0.01
# An attribute set on a function: a set of the marked functions, or a field of a class, says the same to everybody.
HIDES_ATTRIBUTES = re.compile(r"type: ignore(\[[^]]*attr-defined|(?!\[))")


def is_bare(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.BinOp):
        return is_bare(annotation.left) or is_bare(annotation.right)
    return isinstance(annotation, ast.Name) and annotation.id in {"Any", "object"}


def signatures(source: str) -> Iterator[tuple[str, bool]]:
    """Each function's name, and whether anything it takes or returns is a bare `Any` or `object`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [each for each in ast.walk(node.args) if isinstance(each, ast.arg)]
            yield node.name, any(is_bare(each) for each in (*(arg.annotation for arg in given), node.returns))


def untyped(sources: list[str]) -> list[str]:
    """The names of functions that are bare, where they are more than the share allows."""
    found = [each for source in sources for each in signatures(source)]
    bare = [name for name, is_untyped in found if is_untyped]
    return bare if len(bare) >= MAX_SHARE * len(found) else []


def texts() -> list[str]:
    return [path.read_text() for path in MARKETPLACE.rglob("*.py")]


def test_signatures_name_their_types() -> None:
    assert untyped(texts()) == []


def test_no_attribute_is_hidden_from_the_checker() -> None:
    assert not [source[:80] for source in texts() if HIDES_ATTRIBUTES.search(source)]


def test_the_rules_find_what_they_look_for() -> None:
    assert untyped(["def f(x: Any) -> int: ..."]) == ["f"]
    assert untyped(["def f(*, x: str | Any) -> int: ...", "def g() -> object: ..."]) == ["f", "g"]
    assert untyped(["def f(x: dict[str, Any]) -> list[object]: ..."]) == []
    assert untyped(["def f(x: Any) -> int: ..."] + ["def g() -> int: ..."] * 120) == []
    assert HIDES_ATTRIBUTES.search("f.x = 1  # type: ignore[attr-defined]")
    assert HIDES_ATTRIBUTES.search("f.x = 1  # type: ignore")
    assert not HIDES_ATTRIBUTES.search("f.x = 1  # type: ignore[method-assign] # as Flask says it")
