"""Rendered pages in memory: bounded in bytes, the one that was not asked for longest goes first."""

import gzip
import hashlib
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

import brotli
from werkzeug.http import parse_accept_header

Header = tuple[str, str]
Key = tuple[str, ...]
# The best first. Quality: half the time of the best for a few hundred bytes more.
ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
PLAIN = ""
WORTH_ENCODING = 500  # bytes
# What Python needs beside the bytes: the objects of a page, its keys in dictionaries, its lists (measured, rounded up).
OVERHEAD, OVERHEAD_OF_VARIANT = 2048, 1024
ABOUT_BYTES = frozenset({"content-length", "content-encoding", "content-type"})


@dataclass(frozen=True, slots=True)
class Variant:
    """A page in one encoding: its bytes, its tag, and the headers of a whole answer and of a 304."""

    body: bytes
    etag: str
    headers: Sequence[Header]
    unchanged: Sequence[Header]


@dataclass(slots=True)
class Page:
    """A page as it is kept: what it says, until when, and which version of the data it shows at least."""

    status: str
    headers: Sequence[Header]
    body: bytes
    version: int
    expires: float  # time.monotonic()
    endpoint: str | None
    rule: str | None
    variants: dict[str, Variant] = field(default_factory=dict)

    def in_encoding(self, encoding: str) -> Variant:
        """Returns the page in one of ENCODERS or PLAIN; it is encoded the first time."""
        found = self.variants.get(encoding)
        if found is None:
            found = self.variants[encoding] = self._encoded(encoding)
        return found

    def _encoded(self, encoding: str) -> Variant:
        body = ENCODERS[encoding](self.body) if encoding else self.body
        digest = hashlib.sha256(self.body).hexdigest()[:24]
        etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
        common = [*((name, value) for name, value in self.headers if name.lower() not in ABOUT_BYTES), ("ETag", etag)]
        about = [(name, value) for name, value in self.headers if name.lower() == "content-type"]
        about += [("Content-Encoding", encoding)] if encoding else []
        return Variant(body, etag, [*common, *about, ("Content-Length", str(len(body)))], common)

    @property
    def size(self) -> int:
        """Its bytes in memory, with all that Python keeps beside them."""
        own = sum(sys.getsizeof(text) for header in self.headers for text in header)
        variants = list(self.variants.items())
        encoded = sum(len(variant.body) for name, variant in variants if name)
        return OVERHEAD + len(self.body) + encoded + own + OVERHEAD_OF_VARIANT * len(variants)

    @property
    def is_worth_encoding(self) -> bool:
        """Whether it is long enough."""
        return len(self.body) >= WORTH_ENCODING


@lru_cache(256)
def encoding_for(accepted: str) -> str:
    """Returns the encoding to answer an Accept-Encoding header in."""
    wanted = parse_accept_header(accepted.lower())
    qualities = {name: wanted[name] for name in ENCODERS}
    best = max(qualities.values())
    return next((name for name, quality in qualities.items() if quality == best and quality > 0), PLAIN)


class PageStore:
    """Pages by their key, of `room` bytes at most."""

    def __init__(self, room: int) -> None:
        self.room, self.bytes = room, 0
        self._pages: OrderedDict[Key, tuple[Page, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key, *, version: int, now: float) -> Page | None:
        """Returns the page if it is as new as this version and not too old."""
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                return None
            page = found[0]
            if page.version < version or page.expires <= now:
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keeps the page, and makes room for it."""
        size = page.size + sum(sys.getsizeof(part) for part in key)
        with self._lock:
            self._drop(key)
            if size > self.room:
                return
            self._pages[key] = (page, size)
            self.bytes += size
            while self.bytes > self.room:
                self._drop(next(iter(self._pages)))

    def count_again(self, key: Key, page: Page) -> None:
        """Counts what the page takes now that it was encoded; nothing where it is not kept any more."""
        found = self._pages.get(key)
        if found is not None and found[0] is page:
            self.put(key, page)

    def drop_older(self, version: int) -> None:
        """Drops what is older than this version."""
        with self._lock:
            for key in [key for key, (page, _size) in self._pages.items() if page.version < version]:
                self._drop(key)

    def clear(self) -> None:
        """Drops everything."""
        with self._lock:
            self._pages.clear()
            self.bytes = 0

    def _drop(self, key: Key) -> None:
        found = self._pages.pop(key, None)
        if found is not None:
            self.bytes -= found[1]
