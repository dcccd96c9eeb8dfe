"""The version of public pages moves with every change they show, in the change's own transaction, and with no other."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.catalogue import content_loader
from marketplace.catalogue.queries import treatments
from marketplace.extensions import db
from marketplace.foundation.database.engines import PUBLIC_READS, read_as_public
from marketplace.foundation.database.public_version import LAGS, LISTEN, LOOK, version_replayed
from marketplace.foundation.database.roles import DatabaseRole, use_role
from migrations.public_pages import NOT_WATCHED, TRIGGERS, tables_of_public_pages
from migrations.row_policies import TABLE_RIGHTS
from tests.factories import build_clinic


def version() -> int:
    with db.engine.connect() as other:
        return int(other.exec_driver_sql(LOOK).scalar_one())


def change(statement: str) -> int:
    """By how much a committed statement moves the version."""
    before = version()
    use_role(DatabaseRole.WORKER)
    db.session.execute(text(statement))
    db.session.commit()
    return version() - before


@pytest.fixture
def shop(own_app: Flask):
    """A site with one clinic, all of it committed."""
    with own_app.app_context():
        use_role(DatabaseRole.WORKER)
        build_clinic()
        db.session.commit()
        yield own_app


def test_every_table_the_public_reads_is_watched(db_session):
    found = db.session.execute(text("SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"))
    watched = {table for name, table in found if name in TRIGGERS}
    read = {table for table in TABLE_RIGHTS if _may_read(table)}
    assert watched == tables_of_public_pages() == read - NOT_WATCHED
    assert {"clinic", "clinic_price", "clinic_check", "guide", "price_range", "reference_rate"} <= watched


def _may_read(table):
    return db.session.scalar(text("SELECT has_table_privilege('role_public', :table, 'SELECT')"), {"table": table})


@pytest.mark.parametrize(
    ("statement", "moved"),
    [
        ("UPDATE clinic_price SET high = high + 1", 1),
        ("UPDATE clinic_price SET high = high + 1; UPDATE clinic SET summary = 'New'; DELETE FROM clinic_price", 1),
        ("UPDATE clinic_price SET high = high", 0),
        ("UPDATE clinic_price SET high = high + 1 WHERE false", 0),
        ("UPDATE clinic SET leads_sent = leads_sent + 1, leads_answered = 1, reply_minutes = 7", 0),
        ("UPDATE clinic SET leads_sent = leads_sent + 1, listing_state = 'paused', paused_at = now()", 1),
        ("SELECT 1; SAVEPOINT a; DELETE FROM clinic_price; ROLLBACK TO a; UPDATE clinic_person SET name = 'B'", 1),
        ("SELECT 1; SAVEPOINT a; DELETE FROM clinic_price; ROLLBACK TO a", 0),
        ("DELETE FROM listing_facet; INSERT INTO listing_facet VALUES ('country', 'TR', 1)", 1),
    ],
)
def test_one_transaction_moves_it_once_and_only_by_what_is_shown(shop, statement, moved):
    assert change(statement) == moved


def test_it_moves_with_the_change_and_not_before(shop):
    before = version()
    use_role(DatabaseRole.WORKER)
    db.session.execute(text("UPDATE clinic_price SET high = high + 1"))
    assert version() == before
    db.session.rollback()
    assert version() == before
    assert db.session.scalar(text("SELECT count(*) FROM public_change")) == 0


def test_content_that_is_loaded_again_moves_nothing(shop):
    before = version()
    use_role(DatabaseRole.WORKER)
    content_loader.load()
    db.session.commit()
    assert version() == before


def test_a_notice_goes_out_with_the_commit(shop):
    url = str(shop.config["SQLALCHEMY_DATABASE_URI"])
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(LISTEN)
        change("UPDATE clinic SET leads_sent = leads_sent + 1")
        change("UPDATE clinic_price SET high = high + 1")
        assert len(list(other.notifies(timeout=5, stop_after=1))) == 1


def test_two_who_change_something_do_not_wait_for_each_other(shop):
    """The shared row is taken at the commit: whoever changed something holds nobody up until then."""
    use_role(DatabaseRole.WORKER)
    db.session.execute(text("UPDATE clinic_price SET high = high + 1"))
    with db.engine.begin() as other:
        other.exec_driver_sql("SELECT set_config('role', 'role_worker', true)")
        other.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
        other.exec_driver_sql("UPDATE guide SET title = title || 'x'")
    db.session.commit()


def test_a_standby_tells_its_own_version_before_any_row(shop):
    with shop.app_context():
        db.engines[PUBLIC_READS] = db.engines[PUBLIC_READS].execution_options(**{LAGS: True})
        read_as_public()
        assert version_replayed() is None
        treatments()
        assert version_replayed() == version()
