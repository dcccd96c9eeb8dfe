"""A list by the page."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.paging import page_range

NUMBERS = st.integers(0, 10_000)


@given(total=NUMBERS, wanted=st.integers(-5, 10_000), size=st.integers(1, 100))
def test_whatever_page_is_asked_for_lies_in_the_list(total: int, wanted: int, size: int) -> None:
    at = page_range(total, wanted=wanted, size=size)
    before = (at.page - 1) * size
    assert 1 <= at.page <= at.pages
    assert before < total or total == before == 0
    assert (at.pages - 1) * size < total <= at.pages * size or (total, at.pages) == (0, 1)
    assert at.page == wanted or not 1 <= wanted <= at.pages
