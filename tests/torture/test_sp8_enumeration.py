"""SP8: a stopwatch does not tell known from unknown addresses, with Argon2 and real commits."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from marketplace.extensions import db
from tests.conftest import app_on
from tests.factories import build_account, build_request

PAIRS = 100
WITHIN = 0.010  # seconds
KNOWN, UNKNOWN = "known@meridian.example", "other@meridian.example"
ARGON2 = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2", "plaintext"],
    "SECURITY_PASSWORD_SINGLE_HASH": False,
}


@pytest.fixture(scope="module")
def site(postgres: Any, template_database: str) -> Iterator[Flask]:
    """As in production, but without limits, which would end the experiment."""
    name = f"sp8_{uuid4().hex}"
    postgres.create_database(name, template=template_database)
    app = app_on(postgres, name, EQUAL_TIME=True, **ARGON2)
    with app.app_context():
        build_account(KNOWN)
        build_request(email=KNOWN)
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    postgres.drop_database(name)


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.mark.parametrize("path", ["/account/login", "/account/reset", "/account/confirm", "/my/link"])
def test_sp8_medians_of_known_and_unknown(site: Flask, path: str, figure: Any) -> None:
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for n in range(PAIRS):
        # In turn, and each first as often as second: what warms up or grows does so for both.
        for email in (KNOWN, UNKNOWN) if n % 2 else (UNKNOWN, KNOWN):
            client, data = site.test_client(), {"email": email, "password": "not this one"}
            taken[email].append(seconds(lambda c=client, d=data: c.post(path, data=d)))  # type: ignore[misc]
    known, unknown = median(taken[KNOWN]), median(taken[UNKNOWN])
    figure("SP8", f"{path}, {PAIRS} pairs", f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert abs(known - unknown) <= WITHIN
