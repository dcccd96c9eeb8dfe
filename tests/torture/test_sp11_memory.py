"""The largest pictures that are taken, each in a process of its own: none needs more than 200 MB."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.foundation.test_pictures import picture

MEASURE = """
import resource, sys
from marketplace.foundation import pictures
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try: pictures.clean(data)
except Exception as error: print(type(error).__name__, file=sys.stderr)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("kind", "size", "more"),
    [
        ("JPEG", (8000, 6000), {}),
        ("JPEG", (8000, 6000), {"progressive": True}),
        ("PNG", (5000, 5000), {"mode": "RGBA", "compress_level": 1}),
        ("WEBP", (5000, 5000), {}),
    ],
    ids=["JPEG", "progressive JPEG", "PNG", "WebP"],
)
def test_sp11_the_largest_need_no_more_than_200_mb(tmp_path: Path, kind: str, size: Any, more: dict[str, Any]) -> None:
    path = tmp_path / "large"
    path.write_bytes(picture(kind, size=size, **more))
    told = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    assert not told.stderr
    assert int(told.stdout) <= 200
