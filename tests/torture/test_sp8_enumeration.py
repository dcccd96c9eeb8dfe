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
from tests.factories import PASSWORD, build_account, build_clinic, build_member, build_request

PAIRS = 100
WITHIN = 0.010  # seconds
KNOWN, UNKNOWN = "known@meridian.example", "other@meridian.example"
OWNER = "owner@clinic.example"
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
    app = app_on(postgres, name, CONSTANT_TIME_RESPONSES=True, **ARGON2)
    with app.app_context():
        build_account(KNOWN)
        build_request(email=KNOWN)
        build_member(build_clinic(), email=OWNER)
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


def compare(form: str, send: Callable[[str], Callable[[], Any]], figure: Any) -> None:
    """In turn, and each first as often as second: what warms up or grows does so for both."""
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for n in range(PAIRS):
        for email in (KNOWN, UNKNOWN) if n % 2 else (UNKNOWN, KNOWN):
            taken[email].append(seconds(send(email)))
    known, unknown = median(taken[KNOWN]), median(taken[UNKNOWN])
    figure("SP8", f"{form}, {PAIRS} pairs", f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert abs(known - unknown) <= WITHIN


@pytest.mark.parametrize("path", ["/account/login", "/account/reset", "/account/confirm", "/my/link"])
def test_sp8_medians_of_known_and_unknown(site: Flask, path: str, figure: Any) -> None:
    def send(email: str) -> Callable[[], Any]:
        client = site.test_client()
        return lambda: client.post(path, data={"email": email, "password": "not this one"})

    compare(path, send, figure)


def test_sp8_medians_of_invitations(site: Flask, figure: Any) -> None:
    owner, path = site.test_client(), "/dashboard/team/invite"
    assert owner.post("/account/login", data={"email": OWNER, "password": PASSWORD}).status_code == 303

    def send(email: str) -> Callable[[], Any]:
        data = {"email": email, "role": "member", "idem": str(uuid4())}
        return lambda: owner.post(path, data=data)

    assert send(UNKNOWN)().status_code == send(KNOWN)().status_code == 303
    compare(path, send, figure)
