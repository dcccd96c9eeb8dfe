"""A new master key comes in while the site works, and nothing is lost."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role, use_role
from marketplace.foundation.security import rotation
from marketplace.foundation.security.sealed import KeyMissing, keyring
from marketplace.mail.delivery import contents
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from tests.factories import build_draft, build_quote, build_request

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture
def stored(own_app):
    """Requests, quotes and emails under the old key; the keyring is put back afterwards."""
    given = keyring._masters
    use(own_app, OLD)
    with own_app.app_context():
        for number in range(3):
            build_request(email=f"p{number}@patient.example", name=f"P{number}")
        build_quote()
        db.session.commit()
    yield own_app
    keyring._masters = given


def use(app, *masters):
    """What a restart with other FIELD_KEYS does."""
    keyring.load(masters, secret=app.config["SECRET_KEY"])


def keys(app, command):
    answer = app.test_cli_runner().invoke(args=["keys", command])
    assert answer.exit_code == 0, answer.output
    return answer.output


def read_all(app):
    with app.app_context():
        names = {answers(request).name for request in db.session.scalars(select(QuoteRequest))}
        to = {contents(email).to for email in db.session.scalars(select(Email))}
        return names, to


def test_all_is_rewrapped_and_the_old_key_may_go(stored):
    before = read_all(stored)
    use(stored, NEW, OLD)
    status = keys(stored, "status")
    assert "the newest of FIELD_KEYS: none" in status
    assert " 0 old" not in status
    assert "\n0 old" in keys(stored, "rotate")
    use(stored, NEW)
    assert read_all(stored) == before
    assert "4 quote_request" in keys(stored, "status")


def test_without_rotation_the_old_key_is_missed(stored):
    use(stored, NEW)
    with pytest.raises(KeyMissing):
        read_all(stored)
    assert "cannot be opened" in keys(stored, "status")
    assert "0 data keys wrapped anew" in keys(stored, "rotate")
    use(stored, NEW, OLD)
    read_all(stored)


def test_it_is_recorded(stored):
    use(stored, NEW, OLD)
    keys(stored, "rotate")
    with stored.app_context():
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "KeysRotated"))
        assert (entry.actor, entry.reason) == ("keeper", keyring.ids[0].hex())


def test_it_goes_on_where_it_stopped(stored, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    use(stored, NEW, OLD)
    with stored.app_context():
        assert next(iter(rotation.rewrap_batches())) == 2
        db.session.commit()
        left = rotation.count_old(rotation.usage())
        assert left == sum(rotation.rewrap_batches())


def test_a_row_in_use_waits_for_another_run(stored):
    use(stored, NEW, OLD)
    with stored.app_context(), db.engine.connect() as other:
        set_local_role(other, RoleScope(DatabaseRole.WORKER))
        other.execute(text("SELECT id FROM quote_request LIMIT 1 FOR UPDATE"))
        assert "\n1 old" in keys(stored, "rotate")
        other.rollback()
    assert "\n0 old" in keys(stored, "rotate")


def test_no_key_is_destroyed_while_it_is_wrapped_anew(stored, monkeypatch):
    use(stored, NEW, OLD)
    unwrap = keyring.unwrap

    def erased_at_this_moment(wrapped, *, owner):
        with db.engine.connect() as other:
            set_local_role(other, RoleScope(DatabaseRole.WORKER))
            other.execute(text("SET lock_timeout = '100ms'"))
            other.execute(text("UPDATE email SET data_key = NULL WHERE id = :id"), {"id": owner})
            other.commit()
        return unwrap(wrapped, owner=owner)

    with stored.app_context():
        monkeypatch.setattr(keyring, "unwrap", erased_at_this_moment)
        with pytest.raises(OperationalError, match="lock timeout"):
            list(rotation.rewrap_batches())


def test_an_erased_request_stays_erased(stored):
    with stored.app_context():
        from marketplace.retention.erasure import erase

        erase(db.session.scalars(select(QuoteRequest)).first())
        db.session.commit()
    use(stored, NEW, OLD)
    keys(stored, "rotate")
    with stored.app_context():
        assert db.session.scalar(select(func.count()).where(QuoteRequest.data_key.is_(None))) == 1


def test_the_site_writes_meanwhile(stored, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 1)
    use(stored, NEW, OLD)
    done = Event()

    def writer(number):
        made = 0
        while not done.is_set() or made == 0:
            with stored.app_context():
                use_role(DatabaseRole.WORKER)
                build_draft(email=f"w{number}-{made}@patient.example", name=f"W{number}-{made}")
                db.session.commit()
            made += 1
        return made

    with ThreadPoolExecutor(4) as threads:
        writers = [threads.submit(writer, number) for number in range(4)]
        try:
            assert "\n0 old" in keys(stored, "rotate")
        finally:
            done.set()
        made = sum(writer.result() for writer in writers)
    use(stored, NEW)
    assert len(read_all(stored)[0]) == made + 4
