"""What a view works on is an argument: what its guard found, and those parts of its address that it uses."""

import ast
from collections.abc import Iterator
from pathlib import Path

from marketplace.web.policies import POLICIES

WEB = Path(__file__).parents[2] / "marketplace" / "web"
BLUEPRINTS = ("public", "patient", "dashboard", "operator")
ROUTES = ("blueprint.get(", "blueprint.post(", "blueprint.route(")
TYPES = {
    "quote_request": "QuoteRequest",
    "lead": "Lead",
    "clinic": "Clinic",
    "membership": "Membership",
    "link": "SignedLink",
    "quotes": "RequestQuotes",
    "shared": "Opened",
}
# Where no view can hand it on: a form's limit asks by a getter, and so does the page of an error; a layout reads it.
READERS = {
    "patient/request_access.py": {"current_request"},
    "dashboard/current_lead.py": {"current_lead", "current_clinic"},
    "dashboard/blueprint.py": {"frame"},
}
CALLERS = {"counted", "show_not_possible", "show_conflict", "_who"}


def sources() -> Iterator[tuple[str, str]]:
    """Each module of a blueprint: its path below web, and its text."""
    for part in BLUEPRINTS:
        for path in sorted((WEB / part).rglob("*.py")):
            yield path.relative_to(WEB).as_posix(), path.read_text()


def functions(source: str) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))


def views(source: str) -> list[ast.FunctionDef]:
    return [each for each in functions(source) if any(ast.unparse(d).startswith(ROUTES) for d in each.decorator_list)]


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def unused_arguments(source: str) -> list[str]:
    """The arguments of views that their bodies do not name."""
    return [
        f"{view.name}({argument.arg})"
        for view in views(source)
        for argument in arguments(view)
        if argument.arg not in {node.id for each in view.body for node in ast.walk(each) if isinstance(node, ast.Name)}
    ]


def untyped_finds(source: str) -> list[str]:
    """The arguments that a guard fills and that are not annotated by the model it found; a slug in the path is text."""
    return [
        f"{view.name}({argument.arg})"
        for view in views(source)
        for argument in arguments(view)
        if argument.annotation is None
        or (argument.arg in TYPES and ast.unparse(argument.annotation) not in {TYPES[argument.arg], "str"})
    ]


def asked_of_g(source: str) -> set[str]:
    """The functions that read what a guard found out of `g`, or by a getter."""
    getters = set().union(*READERS.values()) - {"frame"}
    return {
        function.name
        for function in functions(source)
        for node in ast.walk(function)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in {f"g.{name}" for name in TYPES})
        or (
            isinstance(node, ast.Call) and ast.unparse(node.func) == "g.get" and ast.literal_eval(node.args[0]) in TYPES
        )
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in getters)
    }


def test_the_guards_find_what_is_looked_for_here() -> None:
    assert {name for policy in POLICIES.values() for name in policy.finds} == set(TYPES)


def test_no_view_has_an_argument_that_it_does_not_use() -> None:
    assert {path: found for path, source in sources() if (found := unused_arguments(source))} == {}


def test_what_a_guard_found_is_typed() -> None:
    assert {path: found for path, source in sources() if (found := untyped_finds(source))} == {}


def test_what_a_guard_found_is_not_read_past_the_view() -> None:
    found = {path: asked_of_g(source) - READERS.get(path, set()) - CALLERS for path, source in sources()}
    assert {path: names for path, names in found.items() if names} == {}


VIEW = """
@blueprint.get("/my/requests/<ref>")
@writes
def show_request({arguments}):
    return render_template("x.html", quote_request={value})
"""


def test_the_guards_of_this_page_find_what_they_are_for() -> None:
    unused = VIEW.format(arguments="ref: str", value="current_request()")
    assert (unused_arguments(unused), asked_of_g(unused)) == (["show_request(ref)"], {"show_request"})
    untyped = VIEW.format(arguments="quote_request: Any", value="g.quote_request")
    assert (untyped_finds(untyped), asked_of_g(untyped)) == (["show_request(quote_request)"], {"show_request"})
    right = VIEW.format(arguments="quote_request: QuoteRequest", value="quote_request")
    assert (unused_arguments(right), untyped_finds(right), asked_of_g(right)) == ([], [], set())
