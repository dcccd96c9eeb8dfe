"""Nobody can see it: cut at the ends, kept where words are made with it, named where it turns text around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.security.input_safety import is_invisible, overrides_direction, trimmed

ZERO_WIDTH = [
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u180e",
    "\u200e",
    "\u3164",
    "\u115f",
    "\u2800",
    "\u00a0",
    "\u2003",
]


@pytest.mark.parametrize("unseen", ZERO_WIDTH)
def test_what_nobody_sees_is_nothing_and_is_cut_at_the_ends(unseen: str) -> None:
    assert trimmed(unseen * 2) == ""
    assert trimmed(f" {unseen}ada@cases.example{unseen}\n") == "ada@cases.example"


@pytest.mark.parametrize("kept", ["می\u200cخواهم", "👩\u200d⚕", "❤\ufe0f", "Dr\u00a0Ay"])
def test_words_and_pictures_made_with_joiners_stay(kept: str) -> None:
    assert trimmed(f"\u200b{kept} ") == kept


def test_decomposed_letters_are_composed() -> None:
    assert trimmed("S\u0327ule\r\nAy") == "Şule\nAy"


def test_only_overrides_turn_text_around() -> None:
    assert overrides_direction("Ana \u202emoc.live@ana")
    assert not overrides_direction("שרה \u2067Ana\u2069")


@given(st.text())
def test_trimming_twice_is_trimming_once_and_leaves_something_to_see_or_nothing(text: str) -> None:
    once = trimmed(text)
    assert trimmed(once) == once
    assert once == "" or not is_invisible(once[0])
    assert any(not is_invisible(c) for c in once) or once == ""
