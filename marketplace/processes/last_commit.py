"""When a process of this machine last committed what a public page may show: memory that gunicorn's workers share.

It is made before they are forked, and imports nothing of ours, so that a reload need not read it anew.
"""

import mmap
import time

_memory = mmap.mmap(-1, 8)


def note() -> None:
    """Sets the stamp; called after the commit, so that whoever reads the new stamp finds what was committed."""
    _memory[:8] = time.monotonic_ns().to_bytes(8, "little")


def read() -> bytes:
    """Returns the stamp; it is another one after each commit."""
    return _memory[:8]
