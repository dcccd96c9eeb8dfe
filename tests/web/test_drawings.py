"""The drawings: the same for the same seed, inside their frame, one accent; a small file for all pages."""

import gzip
import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from marketplace.web.drawings import KINDS, backdrop_paths, drawing, svg

ICON = (Path(__file__).parents[2] / "static" / "icon.svg").read_text()
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


def test_every_seed_has_a_drawing_in_the_file_and_all_are_used() -> None:
    drawn = {element.get("id") for element in fromstring(svg(ICON))}
    used = {drawing(kind, f"seed {n}") for kind in KINDS for n in range(500)}
    assert used <= drawn
    assert len(used) == sum(of.drawings for of in KINDS.values())


def test_the_file_is_small() -> None:
    assert len(gzip.compress(svg(ICON).encode())) < 10 * 1024
