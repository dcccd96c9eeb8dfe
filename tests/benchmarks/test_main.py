"""What `make bench` is asked for: all rows where none is named, and those that are."""

import pytest

from benchmarks.__main__ import _read


def test_no_row_means_all() -> None:
    assert _read([]).rows == []
    assert _read(["--size", "full"]).size == "full"


def test_rows_are_numbers_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert _read(["1", "10"]).rows == [1, 10]
    for given in ("99", "x", "-1"):
        with pytest.raises(SystemExit):
            _read([given])
    assert "none of the rows" in capsys.readouterr().err
