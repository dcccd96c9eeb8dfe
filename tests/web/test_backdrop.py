"""The layered lines: the same for the same seed, inside their frame, one accent."""

import re

import pytest

from marketplace.web.backdrop import backdrop_paths

SEEDS = [f"clinic-{number}" for number in range(40)]


def test_the_same_seed_draws_the_same_lines() -> None:
    first, again = (backdrop_paths("clinic-lale", width=112, height=112, lines=9) for _ in range(2))
    assert first == again
    assert first != backdrop_paths("clinic-nar", width=112, height=112, lines=9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lines", [6, 9])
def test_lines_stay_inside_and_one_is_the_accent(seed: str, lines: int) -> None:
    drawn = backdrop_paths(seed, width=640, height=56, lines=lines)
    assert len(drawn) == lines
    assert [line.accent for line in drawn].count(True) == 1
    for line in drawn:
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", line.d)]
        assert all(0 <= y <= 56 for y in numbers[1::2])


def test_a_tile_is_about_a_kilobyte() -> None:
    assert sum(len(line.d) for line in backdrop_paths("clinic-lale", width=112, height=112, lines=9)) < 1500
