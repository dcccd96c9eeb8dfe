"""The invented market: always the same, and one that the schema takes."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from benchmarks.data import market
from benchmarks.data.copying import run_all
from benchmarks.data.databases import fill_clinics, fill_requests, the_world, what_is_asked
from benchmarks.data.market import World
from benchmarks.data.requests import REQUEST, ref_of
from marketplace.clinics import facets
from marketplace.clinics.models import Check, Clinic, ClinicPrice
from marketplace.extensions import db
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.quotes.inbox import InboxFilter, inbox
from tests.quotes.inboxes import rebuilt_inbox

WORLD = World(
    procedures=[UUID(int=n) for n in range(5)],
    countries={"TR": ("TRY", "Europe/Istanbul", ("tr", "en")), "GB": ("GBP", "Europe/London", ("en",))},
    convert=lambda cents, _currency: cents,
    now=datetime(2026, 11, 28, tzinfo=UTC),
)


def test_the_same_market_comes_out_each_time() -> None:
    assert _plain(market.clinics(range(30), WORLD)) == _plain(market.clinics(range(30), WORLD))


def test_a_clinic_is_the_same_whichever_were_made_before() -> None:
    assert _plain(market.clinics(range(10, 20), WORLD)) == _plain(islice(market.clinics(range(50), WORLD), 10, 20))


def test_a_country_without_cities_of_its_own_gets_invented_ones() -> None:
    assert market.cities_of("HU")[:2] == ("Hungary One", "Hungary Two")
    assert market.cities_of("TR")[0] == "Istanbul"


def _plain(clinics: object) -> list[str]:
    return [repr({table: [row[:10] for row in rows] for table, rows in each.items()}) for each in clinics]  # type: ignore[attr-defined]


def test_no_key_is_made_twice() -> None:
    keys = [row[0] for each in market.clinics(range(300), WORLD) for rows in each.values() for row in rows]
    assert len(set(keys)) == len(keys)


def superuser() -> str:
    return db.engine.url.set(username="postgres", drivername="postgresql").render_as_string(hide_password=False)


def test_the_schema_takes_the_market(own_app: Flask) -> None:
    with own_app.app_context():
        fill_clinics(superuser(), 60, the_world())
        assert db.session.scalar(select(func.count()).select_from(Clinic)) == 60
        assert db.session.scalar(select(func.count()).select_from(Check)) == 360
        assert db.session.scalar(select(func.count()).select_from(ClinicPrice)) == 180
        facets.rebuild()


def test_the_schema_takes_the_requests(own_app: Flask) -> None:
    with own_app.app_context():
        fill_clinics(superuser(), 60, the_world())
        run_all(superuser(), ["SELECT rebuild_summaries()"])
        asked = what_is_asked()
        fill_requests(superuser(), 40, asked)
        assert inbox(asked.busy, InboxFilter("new")).counts["new"].number > 10
        assert rebuilt_inbox() == 0
        assert answers(db.session.get_one(QuoteRequest, REQUEST.of(3))).name == "Ana"


def test_a_reference_stands_for_one_request() -> None:
    assert len({ref_of(n) for n in range(20_000)}) == 20_000
    assert all(len(ref_of(n)) == 11 for n in range(50))
