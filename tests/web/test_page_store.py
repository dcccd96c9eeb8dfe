"""Where pages are kept: the bytes that are counted are at least those that Python takes."""

import os
import time
import tracemalloc

import pytest

from marketplace.web.http.page_store import Page, PageStore, encoding_for

HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Vary", "Cookie, Accept-Encoding")]


def page(size: int) -> Page:
    headers = [(f"X-Header-{n}", os.urandom(15).hex()) for n in range(10)]
    status = "".join(["200 ", "OK"])
    return Page(
        status, [*HEADERS, *headers], os.urandom(size // 2).hex().encode(), 1, time.monotonic() + 60, None, None
    )


@pytest.mark.parametrize("size", [400, 4_000, 30_000])
@pytest.mark.parametrize("encodings", [[""], ["", "gzip"], ["", "gzip", "br"]])
def test_no_page_takes_more_than_is_counted(size: int, encodings: list[str]) -> None:
    store, count = PageStore(2**30), 50
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(count):
            made, key = page(size), (f"/clinics/{number}", "127.0.0.1:8000", "http", f"2026-11-{number}")
            for encoding in encodings:
                made.in_encoding(encoding)
            store.put(key, made)
            del made, key
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= store.bytes <= 2 * taken + count * 4096


def test_what_was_not_asked_for_longest_goes_first() -> None:
    store = PageStore(5 * page(4_000).size)
    for number in range(4):
        store.put((str(number),), page(4_000))
    assert store.get(("0",), version=1, now=0) is not None
    for number in range(4, 7):
        store.put((str(number),), page(4_000))
    assert store.get(("0",), version=1, now=0) is not None
    assert store.get(("1",), version=1, now=0) is None
    assert store.bytes <= store.room


def test_it_is_empty_again() -> None:
    store = PageStore(2**20)
    for number in range(20):
        store.put((str(number),), page(400))
        store.put((str(number),), page(400))
    store.drop_older(2)
    assert (len(store), store.bytes) == (0, 0)


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("identity", ""),
        ("zstd", ""),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("xgzip, brx", ""),
        ("identity;q=1, *;q=0", ""),
    ],
)
def test_an_encoding_is_one_that_was_asked_for(accepted: str, chosen: str) -> None:
    assert encoding_for(accepted) == chosen
