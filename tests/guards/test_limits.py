"""The limits that running.md names are those that hold, and each is asked for somewhere."""

import re
from pathlib import Path

from marketplace.foundation.security.limits import RATE_LIMITS, Bucket

ROOT = Path(__file__).parents[2]


def row(name: str, bucket: Bucket) -> str:
    """As the table in docs/running.md writes it."""
    counted = " and ".join(bucket.by) + (", refuses nobody" if bucket.soft else "")
    return f"| {name} | {bucket.capacity} | {bucket.refill_seconds:g} s | {counted} |"


def test_running_md_names_every_limit() -> None:
    written = re.findall(r"^\| [a-z-]+ \| \d+ \| [\d.]+ s \| .* \|$", (ROOT / "docs" / "running.md").read_text(), re.M)
    assert written == [row(name, bucket) for name, buckets in RATE_LIMITS.items() for bucket in buckets]


def test_every_limit_is_asked_for() -> None:
    table = ROOT / "marketplace" / "foundation" / "security" / "limits.py"
    code = "".join(path.read_text() for path in (ROOT / "marketplace").rglob("*.py") if path != table)
    assert [name for name in RATE_LIMITS if f'"{name}"' not in code] == []
