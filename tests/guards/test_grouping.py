"""Tests that share a costly site share a process. Where pytest and pytest-xdist do not fit, that wish is dropped
without a word: 9.2 with 3.8 do so (pytest-xdist issue 1386), and pytest stays at 9.1 until that is mended."""

import pytest


@pytest.mark.xdist_group("kept-together")
def test_a_group_is_known_to_the_scheduler(request: pytest.FixtureRequest, worker_id: str) -> None:
    if worker_id == "master":
        pytest.skip("one process has nothing to share")
    assert request.node.nodeid.endswith("@kept-together")
