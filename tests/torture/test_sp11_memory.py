"""The largest pictures that are taken, each in a process of its own: none needs more than 200 MB."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.foundation.test_pictures import picture

# VmHWM is this program's own; ru_maxrss would begin with what its parent had.
MEASURE = """
import re, sys
from marketplace.foundation.values import pictures
data = open(sys.argv[1], "rb").read()
most = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = most()
pictures.reencode(data)
print((most() - before) // 1024)
"""


@pytest.mark.parametrize(
    ("kind", "size", "more"),
    [
        ("JPEG", (8000, 6000), {}),
        ("JPEG", (8000, 6000), {"progressive": True}),
        ("PNG", (4000, 3000), {"mode": "RGBA", "compress_level": 1}),
        ("WEBP", (4000, 3000), {}),
        ("HEIF", (5712, 4284), {}),
    ],
    ids=["JPEG", "progressive JPEG", "PNG", "WebP", "HEIC"],
)
def test_sp11_the_largest_need_no_more_than_200_mb(
    tmp_path: Path, kind: str, size: Any, more: dict[str, Any], figure: Any
) -> None:
    path = tmp_path / "large"
    path.write_bytes(picture(kind, size=size, **more))
    told = subprocess.run([sys.executable, "-c", MEASURE, str(path)], stdout=subprocess.PIPE, text=True, check=True)
    figure("SP11", f"{kind} of {size[0] * size[1] // 10**6} megapixels", f"{int(told.stdout)} MB more")
    assert int(told.stdout) <= 200
