"""Which pg_dump is used, and what others on the machine can read of it."""

from pathlib import Path

import pytest

from marketplace.processes import postgres_tools as tools

WHEEL, SYSTEM = Path("/wheel/pg_dump"), Path("/usr/bin/pg_dump")


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_of_wheel", lambda name: WHEEL)
    monkeypatch.setattr(tools, "_of_system", lambda name: SYSTEM)


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("postgresql:///marketplace", WHEEL),
        ("postgresql://me@/marketplace?host=/run/postgresql", WHEEL),
        ("postgresql://me@127.0.0.1/marketplace", WHEEL),
        ("postgresql://me@db.example/marketplace?sslmode=require", SYSTEM),
    ],
)
def test_the_wheel_speaks_no_tls(both: None, url: str, first: Path) -> None:
    assert tools.tool("pg_dump", url=url) == first


def test_one_of_both_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_of_wheel", lambda name: None)
    monkeypatch.setattr(tools, "_of_system", lambda name: None)
    with pytest.raises(tools.ToolFailed, match="pg_dump was not found"):
        tools.tool("pg_dump", url="postgresql:///marketplace")
    monkeypatch.setattr(tools, "_of_system", lambda name: SYSTEM)
    assert tools.tool("pg_dump", url="postgresql:///marketplace") == SYSTEM


def test_a_password_is_in_no_argument() -> None:
    url = "postgresql://me:se%20cret@db.example:5433/marketplace?sslmode=require"
    assert "cret" not in tools.address(url)
    assert {"db.example", "5433", "me", "marketplace", "require"} <= set(tools.address(url).replace("=", " ").split())
    assert tools.environment(url)["PGPASSWORD"] == "se cret"


def test_no_secret_of_the_site_reaches_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD_KEYS", "secret")
    assert "FIELD_KEYS" not in tools.environment("postgresql:///marketplace")
