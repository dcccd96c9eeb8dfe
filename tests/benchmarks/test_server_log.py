"""Statements are counted where none can hide."""

from pathlib import Path

from benchmarks import server_log

LINES = """2026-11-28 10:00:00.000 UTC [7] LOG:  statement: BEGIN
2026-11-28 10:00:00.001 UTC [7] LOG:  execute _pg3_0: SELECT a
\tFROM b
2026-11-28 10:00:00.002 UTC [7] LOG:  execute <unnamed>: SELECT 1
2026-11-28 10:00:00.003 UTC [7] LOG:  checkpoint starting: time
2026-11-28 10:00:00.004 UTC [7] LOG:  statement: COMMIT
"""


def test_statements_of_the_time_are_found(tmp_path: Path) -> None:
    path = tmp_path / "postgres.log"
    path.write_text("2026-11-28 09:00:00.000 UTC [7] LOG:  statement: earlier\n")

    def act() -> None:
        with path.open("a") as file:
            file.write(LINES)

    assert server_log.Log(path).during(act) == ["BEGIN", "SELECT a", "SELECT 1", "COMMIT"]
