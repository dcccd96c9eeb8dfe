"""The invented market: always the same, and one that the schema takes."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import func, select

from benchmarks.data import market
from benchmarks.data.databases import fill_clinics, the_world
from benchmarks.data.market import World
from marketplace.clinics import facets
from marketplace.clinics.models import Check, Clinic, ClinicPrice
from marketplace.extensions import db

WORLD = World(
    procedures=[UUID(int=n) for n in range(5)],
    countries={"TR": ("TRY", "Europe/Istanbul", ("tr", "en")), "GB": ("GBP", "Europe/London", ("en",))},
    convert=lambda cents, _currency: cents,
    now=datetime(2026, 11, 28, tzinfo=UTC),
)


def test_the_same_market_comes_out_each_time() -> None:
    assert _plain(market.clinics(30, WORLD)) == _plain(market.clinics(30, WORLD))


def test_a_small_market_is_the_beginning_of_a_great_one() -> None:
    assert _plain(market.clinics(10, WORLD)) == _plain(islice(market.clinics(50, WORLD), 10))


def _plain(clinics: object) -> list[str]:
    return [repr({table: [row[:10] for row in rows] for table, rows in each.items()}) for each in clinics]  # type: ignore[attr-defined]


def test_no_key_is_made_twice() -> None:
    keys = [row[0] for each in market.clinics(300, WORLD) for rows in each.values() for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_schema_takes_the_market(own_app: Flask) -> None:
    with own_app.app_context():
        url = db.engine.url.set(username="postgres").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            fill_clinics(connection, 60, the_world())
        assert db.session.scalar(select(func.count()).select_from(Clinic)) == 60
        assert db.session.scalar(select(func.count()).select_from(Check)) == 360
        assert db.session.scalar(select(func.count()).select_from(ClinicPrice)) == 180
        facets.rebuild()
