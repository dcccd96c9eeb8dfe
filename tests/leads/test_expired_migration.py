"""States that were called lapsed and taken back are expired and cancelled, and go back with their revision."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from marketplace.backups import contents
from marketplace.clinics.states import CheckKind
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import clocks
from migrations import online
from tests.factories import build_clinic, build_lead

BEFORE = "0019"


def one(app: Flask, query: str) -> tuple[object, ...]:
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        (row,) = connection.execute(query.encode()).fetchall()
    return tuple(row)


@pytest.fixture
def old(own_app: Flask) -> Flask:
    """A database of the revision before, with a lead and a check whose time was over."""
    with own_app.app_context():
        build_lead(build_clinic(expired=(CheckKind.PRICES,)))
        clocks.expire_due(clock.now() + timedelta(days=30))
        db.session.commit()
        db.session.remove()
        downgrade(revision=BEFORE)
    return own_app


def test_before_they_have_the_earlier_words(old: Flask) -> None:
    assert one(old, "SELECT state, lapsed_at IS NOT NULL FROM lead") == ("lapsed", True)
    assert one(old, "SELECT count(*) FROM clinic_check WHERE state = 'lapsed' AND lapsed_at IS NOT NULL") == (1,)
    assert one(old, "SELECT count(*) FROM look") == (0,)


def test_afterwards_they_have_the_present_ones(old: Flask) -> None:
    with old.app_context():
        upgrade()
    assert one(old, "SELECT state, expired_at IS NOT NULL FROM lead") == ("expired", True)
    assert one(old, "SELECT count(*) FROM clinic_check WHERE state = 'expired'") == (1,)
    assert one(old, "SELECT count(*) FROM access_record") == (0,)


def test_a_run_that_was_cut_off_is_done_to_the_end(old: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise InterruptedError

    with old.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(online, "in_batches", cut)
            with pytest.raises(InterruptedError):
                upgrade()
        assert one(old, "SELECT state, expired_at IS NOT NULL FROM lead") == ("lapsed", True)
        upgrade()
    assert one(old, "SELECT state FROM lead") == ("expired",)
