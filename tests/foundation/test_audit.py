"""The audit log: sealed in batches, proved, and never rewritten."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, insert, pool, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import seals
from marketplace.foundation.audit.log import AuditEntry, CommandRun, LogForgotten, record
from marketplace.foundation.audit.seals import AuditSeal, AuditSealEntry
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role
from tests.foundation.sealing import LONG_AGO, guarded, id_of, rewrite, seal, soon, write, write_at


def verify(app, *arguments):
    return app.test_cli_runner().invoke(args=["audit", "verify", *arguments])


@pytest.fixture
def sealed(own_app):
    """Three seals over two entries each."""
    for pair in (("a", "b"), ("c", "d"), ("e", "f")):
        write(own_app, *pair)
        seal(own_app)
    return own_app


def test_a_whole_log_is_proved(sealed):
    write(sealed, "g")
    answer = verify(sealed)
    assert answer.exit_code == 0, answer.output
    assert "3 seals over 6 entries" in answer.output
    assert "1 entries not sealed yet" in answer.output


def test_young_entries_wait(own_app):
    write(own_app, "a")
    assert seal(own_app, clock.now()) == 0
    assert seal(own_app, clock.now() + timedelta(seconds=61)) == 1


def test_a_seal_a_minute(own_app):
    with own_app.app_context():
        record(CommandRun(reason="a"))
        db.session.commit()
        assert seals.seal_due(soon()) == 1
        db.session.commit()
        record(CommandRun(reason="b"))
        assert seals.seal_due(clock.now() + timedelta(seconds=50)) == 0


def test_many_entries_make_several_seals(own_app, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 2)
    write(own_app, *"abcde")
    assert seal(own_app) == 5
    assert "3 seals over 5 entries" in verify(own_app).output


def test_a_changed_entry_is_named(sealed):
    entry = id_of(sealed, "c")
    rewrite(sealed, "CREATE TABLE kept AS SELECT * FROM audit_entry WHERE reason = 'c'")
    for column, other in (("actor", "'x'"), ("at", "at - interval '1 second'"), ("account_id", "gen_random_uuid()")):
        rewrite(sealed, f"UPDATE audit_entry SET {column} = {other} WHERE reason = 'c'")
        answer = verify(sealed)
        assert answer.exit_code == 1
        assert f"entry {entry} of seal 2 was changed" in answer.output
        rewrite(sealed, f"UPDATE audit_entry SET {column} = kept.{column} FROM kept WHERE audit_entry.id = kept.id")


def test_a_removed_entry_is_named(sealed):
    entry = id_of(sealed, "d")
    rewrite(sealed, "DELETE FROM audit_entry WHERE reason = 'd'")
    assert f"entry {entry} of seal 2 is gone" in verify(sealed).output


def test_an_entry_removed_with_its_membership(sealed):
    rewrite(sealed, "DELETE FROM audit_seal_entry WHERE entry_id = :id", id=id_of(sealed, "d"))
    rewrite(sealed, "DELETE FROM audit_entry WHERE reason = 'd'")
    assert "seal 2 holds 1 entries, it was made over 2" in verify(sealed).output


def test_a_removed_seal_is_named(sealed):
    rewrite(sealed, "DELETE FROM audit_seal WHERE number = 2")
    assert "seal 2 is missing" in verify(sealed).output


def test_a_seal_removed_with_its_entries(sealed):
    rewrite(sealed, "DELETE FROM audit_entry WHERE reason IN ('c', 'd')")
    rewrite(sealed, "DELETE FROM audit_seal_entry WHERE seal_number = 2")
    assert "the 2 entries of seal 2 are gone" in verify(sealed).output
    rewrite(sealed, "DELETE FROM audit_seal WHERE number = 2")
    assert "seal 2 is missing" in verify(sealed).output


def test_a_changed_seal_is_named(sealed):
    rewrite(sealed, "CREATE TABLE kept AS SELECT * FROM audit_seal WHERE number = 2")
    others = {"at": "at + interval '1 millisecond'", "entries": "3", "first_entry_id": "gen_random_uuid()"}
    others |= {"last_entry_id": "gen_random_uuid()", "entries_digest": "sha256('x')", "digest": "sha256('x')"}
    for column, other in others.items():
        rewrite(sealed, f"UPDATE audit_seal SET {column} = {other} WHERE number = 2")
        assert "seal 2 was changed" in verify(sealed).output, column
        rewrite(sealed, f"UPDATE audit_seal SET {column} = kept.{column} FROM kept WHERE audit_seal.number = 2")
    assert verify(sealed).exit_code == 0


def test_an_entry_put_behind_a_seal_is_named(sealed):
    write_at(sealed, clock.now() - timedelta(days=1), "late")
    entry = id_of(sealed, "late")
    assert f"entry {entry} is in no seal although it is older than seal 3" in verify(sealed).output


def test_an_entry_dated_behind_a_seal_is_named(sealed):
    with sealed.app_context(), clock.set_to(clock.now() - timedelta(days=1)):
        record(CommandRun(reason="late"))
        db.session.commit()
    entry = id_of(sealed, "late")
    assert f"entry {entry} is in no seal although it is older than seal 3" in verify(sealed).output
    seal(sealed)
    assert f"entry {entry} was put into seal 4 although an earlier one should have it" in verify(sealed).output


def test_an_entry_with_a_made_up_key_is_named(sealed):
    copy = "INSERT INTO audit_entry (id, at, name, actor) SELECT gen_random_uuid(), at, name, 'x'"
    rewrite(sealed, f"{copy} FROM audit_entry WHERE reason = 'c'")
    assert "was not made by the site" in verify(sealed).output


def test_entries_changed_between_seals_are_named(sealed):
    move = "UPDATE audit_seal_entry SET seal_number = :to WHERE entry_id = :id"
    rewrite(sealed, move, to=3, id=id_of(sealed, "d"))
    rewrite(sealed, move, to=2, id=id_of(sealed, "e"))
    assert "seal 2 holds other entries than it was made over" in verify(sealed).output


def test_an_entry_put_into_a_seal_is_named(sealed):
    write(sealed, "g")
    values = f"SELECT '{id_of(sealed, 'g')}', 2, digest FROM audit_seal_entry LIMIT 1"
    rewrite(sealed, f"INSERT INTO audit_seal_entry {values}")
    assert f"entry {id_of(sealed, 'g')} of seal 2 was changed" in verify(sealed).output


def test_a_sample_tells_of_earlier_months(own_app):
    write(own_app, "a")
    seal(own_app)
    with own_app.app_context():
        with clock.set_to(clock.now() - timedelta(days=90)):
            record(CommandRun(reason="story"))
        record(CommandRun(reason="sample load"))
        db.session.commit()
    seal(own_app)
    assert verify(own_app).exit_code == 0
    own_app.config["PRODUCTION"] = True
    assert "was put into seal 2" in verify(own_app).output


def test_a_late_commit_is_in_the_next_seal(own_app):
    slow = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=pool.NullPool).connect()
    set_local_role(slow, RoleScope(DatabaseRole.WORKER))
    slow.execute(insert(AuditEntry).values(id=uuid7(), at=clock.now(), name="N", actor="a", reason="slow"))
    write(own_app, "fast")
    assert seal(own_app) == 1
    slow.commit()
    slow.close()
    assert "1 seals over 1 entries" in verify(own_app).output
    assert seal(own_app) == 1
    assert "2 seals over 2 entries, 0 seals whose" in verify(own_app).output


def test_eight_write_while_it_is_sealed(own_app):
    def one(writer):
        for number in range(15):
            write(own_app, f"{writer}-{number}")

    with ThreadPoolExecutor(9) as threads:
        writers = [threads.submit(one, writer) for writer in range(8)]
        while not all(writer.done() for writer in writers):
            seal(own_app)
        [writer.result() for writer in writers]
    seal(own_app)
    answer = verify(own_app)
    assert answer.exit_code == 0, answer.output
    assert "over 120 entries" in answer.output


def test_one_sealer_at_a_time(own_app):
    write(own_app, "a")
    threads = ThreadPoolExecutor(1)
    with own_app.app_context():
        assert seals.seal(soon()) == 1
        second = threads.submit(seal, own_app)
        try:
            assert second.result(timeout=10) == 0
        finally:
            db.session.commit()
            threads.shutdown()
    assert verify(own_app).exit_code == 0


REWRITES = [
    statement
    for table, column in (("audit_entry", "name"), ("audit_seal", "digest"), ("audit_seal_entry", "digest"))
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}")
]


def test_the_owner_rewrites_nothing(sealed):
    for statement in REWRITES:
        for before in ("SELECT 1", "SELECT set_config('audit.forgetting', 'on', true)"):
            with pytest.raises(DBAPIError, match="append-only"):
                guarded(sealed, before, statement)


def test_the_app_may_only_add(sealed):
    with sealed.app_context():
        for statement in REWRITES:
            with pytest.raises(DBAPIError, match="permission denied"):
                db.session.execute(text(statement))
            db.session.rollback()


@pytest.fixture
def of_long_ago(own_app):
    """Two seals that are older than 24 months, one of today."""
    for days, reason in ((LONG_AGO, "old"), (LONG_AGO - timedelta(days=1), "older")):
        write_at(own_app, clock.now() - days, f"{reason}-1", f"{reason}-2")
        seal(own_app, clock.now() - days + timedelta(minutes=5))
    write(own_app, "young")
    seal(own_app)
    return own_app


def forget(app):
    with app.app_context():
        gone = seals.forget_due(clock.now())
        db.session.commit()
        return gone


def test_whole_batches_go_after_24_months(of_long_ago):
    assert forget(of_long_ago) == 4
    assert forget(of_long_ago) == 0
    answer = verify(of_long_ago)
    assert answer.exit_code == 0, answer.output
    assert "3 seals over 1 entries, 2 seals whose entries went" in answer.output
    with of_long_ago.app_context():
        assert set(db.session.scalars(select(AuditEntry.reason))) == {"young", "2"}
        assert db.session.scalar(select(func.count()).select_from(AuditSealEntry)) == 1
        assert db.session.scalar(select(func.count()).select_from(AuditSeal)) == 3


def test_nothing_goes_early(sealed):
    with sealed.app_context(), clock.set_to(clock.now() + LONG_AGO):
        assert seals.forget_due(clock.now()) == 0


def test_what_went_unsaid_is_named(of_long_ago):
    with of_long_ago.app_context():
        db.session.execute(text("SELECT audit_forget(100)"))
        db.session.commit()
    assert "the 2 entries of seal 1 are gone" in verify(of_long_ago).output


def test_what_is_said_to_have_gone_must_be_old(sealed):
    rewrite(sealed, "DELETE FROM audit_entry WHERE reason IN ('a', 'b')")
    rewrite(sealed, "DELETE FROM audit_seal_entry WHERE seal_number = 1")
    with sealed.app_context():
        record(LogForgotten(reason="1"))
        db.session.commit()
    assert "the 2 entries of seal 1 are gone" in verify(sealed).output


def test_half_a_batch_is_not_forgotten(of_long_ago):
    entry = id_of(of_long_ago, "old-2")
    rewrite(of_long_ago, "DELETE FROM audit_entry WHERE reason = 'old-2'")
    assert f"entry {entry} of seal 1 is gone" in verify(of_long_ago).output


def test_each_seal_is_said_outside_the_database(own_app, caplog, tmp_path):
    caplog.set_level(logging.INFO, "marketplace.foundation.audit.seals")
    for reason in "abc":
        write(own_app, reason)
        seal(own_app)
    file = tmp_path / "site.log"
    file.write_text("\n".join(["{}", *(f'{{"message": "{line}"}}' for line in caplog.messages), "half a li"]))
    answer = verify(own_app, "--anchor", str(file))
    assert answer.exit_code == 0, answer.output
    assert "3 seals agree with site.log" in answer.output
    rewrite(own_app, "DELETE FROM audit_seal WHERE number = 3")
    rewrite(own_app, "DELETE FROM audit_seal_entry WHERE seal_number = 3")
    assert verify(own_app).exit_code == 0
    assert "seal 3 of the anchor is missing" in verify(own_app, "--anchor", str(file)).output
    seal(own_app)
    assert "seal 3 differs from the anchor" in verify(own_app, "--anchor", str(file)).output


def test_a_seal_that_was_not_stored_is_not_said(own_app, caplog):
    caplog.set_level(logging.INFO, "marketplace.foundation.audit.seals")
    write(own_app, "a")
    with own_app.app_context():
        seals.seal(soon())
        db.session.rollback()
        record(CommandRun(reason="b"))
        db.session.commit()
    assert caplog.messages == []


def test_an_anchor_file_without_seals_proves_nothing(own_app, tmp_path):
    (tmp_path / "empty.log").write_text("nothing\n")
    assert verify(own_app, "--anchor", str(tmp_path / "empty.log")).exit_code == 1
