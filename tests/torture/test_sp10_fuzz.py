"""Five thousand strange requests over all pages and roles: no 5xx, nothing unescaped, no answer above three seconds."""

import os
from typing import Any

from tests.fuzzing import fuzz
from tests.world import World

CASES = max(400, round(5000 * float(os.environ.get("TORTURE_SCALE", "1"))))


def test_sp10_nothing_sent_breaks_a_page(world: World, figure: Any) -> None:
    statuses = fuzz(world, cases=CASES, patience=3)
    figure("SP10", f"{sum(statuses.values()):,} strange requests", f"by status {dict(sorted(statuses.items()))}")
    assert sum(statuses.values()) >= CASES
    assert max(statuses) < 500
