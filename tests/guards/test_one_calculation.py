"""Trips, fares and nights are multiplied in one place: every page, quote and comparison counts travel alike."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "marketplace"
COUNTS = {"course_costs.py", "trip_plans.py"}
FACTORS = {"fare", "night", "nights", "all_nights", "nights_per_trip", "trips"}


def multiplied(source: str) -> list[str]:
    """Products with a fare, a night's price, or a number of trips or nights in them."""
    products = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult)]
    return [ast.unparse(product) for product in products if _names(product) & FACTORS]


def _names(node: ast.AST) -> set[str]:
    inside = list(ast.walk(node))
    return {each.attr for each in inside if isinstance(each, ast.Attribute)} | {
        each.id for each in inside if isinstance(each, ast.Name)
    }


def test_nobody_else_multiplies_trips_fares_and_nights() -> None:
    modules = {path.name: path.read_text() for path in (ROOT / "catalogue").glob("*.py")}
    assert all(multiplied(modules[name]) for name in COUNTS)
    others = [path for path in ROOT.rglob("*.py") if path.name not in COUNTS]
    assert {str(path): found for path in others if (found := multiplied(path.read_text()))} == {}


def test_a_second_calculation_is_found() -> None:
    assert multiplied("total = quote.total + quote.trips * (fare + 2 * night)") != []
    assert multiplied("total = sessions * price") == []
