"""A role is set when a statement needs it, and no statement runs under another than its own."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from marketplace.extensions import db
from marketplace.foundation.database import timeouts
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import DatabaseRole, as_system, reset_role, use_role
from marketplace.foundation.database.transactions import statements
from tests.statements import statements_sent

WHO = text("SELECT current_user")


@pytest.fixture
def nobody(own_app: Flask) -> Iterator[Flask]:
    """An app whose session has no role yet."""
    with own_app.app_context():
        reset_role()
        yield own_app
        db.session.rollback()


def test_one_role_is_set_once_whatever_was_asked_for_on_the_way(nobody: Flask) -> None:
    key = uuid7()
    with statements_sent(nobody) as sent:
        use_role(DatabaseRole.PATIENT)
        with as_system():
            pass
        use_role(DatabaseRole.PATIENT, request_id=key)
        assert [db.session.scalar(WHO) for _ in range(3)] == [DatabaseRole.PATIENT] * 3
        assert db.session.scalar(text("SELECT app_request()")) == key
        db.session.commit()
    assert [statement.split("(")[0] for statement in sent[:3]] == ["BEGIN", "SELECT set_config", "SELECT current_user"]
    assert (sent[-1], len(sent)) == ("COMMIT", 7)


def test_each_statement_has_the_role_of_its_block(nobody: Flask) -> None:
    use_role(DatabaseRole.ACCOUNT)
    found = [db.session.scalar(WHO)]
    with as_system():
        found.append(db.session.scalar(WHO))
    found.append(db.session.scalar(WHO))
    assert found == [DatabaseRole.ACCOUNT, DatabaseRole.WORKER, DatabaseRole.ACCOUNT]


def test_the_next_transaction_begins_with_the_sessions_role(nobody: Flask) -> None:
    use_role(DatabaseRole.ACCOUNT)
    db.session.scalar(WHO)
    db.session.commit()
    assert db.session.scalar(WHO) == DatabaseRole.ACCOUNT


def test_without_a_role_everything_is_refused_also_after_there_was_one(nobody: Flask) -> None:
    with as_system():
        assert db.session.scalar(text("SELECT count(*) FROM quote_request")) == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.scalar(text("SELECT count(*) FROM quote_request"))


def test_what_a_savepoint_undid_is_set_again(nobody: Flask) -> None:
    use_role(DatabaseRole.ACCOUNT)
    db.session.scalar(WHO)
    with suppress(ZeroDivisionError), db.session.begin_nested():
        use_role(DatabaseRole.OPERATOR)
        assert db.session.scalar(WHO) == DatabaseRole.OPERATOR
        raise ZeroDivisionError
    assert db.session.scalar(WHO) == DatabaseRole.OPERATOR


def test_a_connection_that_went_back_to_the_pool_follows_nobody(nobody: Flask) -> None:
    use_role(DatabaseRole.OPERATOR)
    db.session.scalar(WHO)
    db.session.commit()
    db.session.remove()
    with db.engine.connect() as connection:
        assert connection.scalar(WHO) == "marketplace_app"


def test_what_stands_beside_the_request_is_one_statement(nobody: Flask) -> None:
    with statements_sent(nobody) as sent, statements() as connection:
        assert connection.scalar(WHO) == DatabaseRole.WORKER
    assert sent == ["SELECT current_user"]


def test_a_connection_that_is_lost_when_a_role_is_set_is_told_as_lost(nobody: Flask) -> None:
    use_role(DatabaseRole.PATIENT)
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(OperationalError), as_system():
        db.session.execute(WHO)
    db.session.rollback()
    assert db.session.scalar(WHO) == DatabaseRole.PATIENT


def test_a_worker_has_its_role_from_the_start(nobody: Flask) -> None:
    timeouts.limit_process(nobody, timeouts.WORKER)
    use_role(DatabaseRole.WORKER)
    with statements_sent(nobody) as sent:
        assert db.session.scalar(WHO) == DatabaseRole.WORKER
        db.session.commit()
    assert sent == ["BEGIN", "SELECT current_user", "COMMIT"]


def test_a_worker_that_took_another_role_gets_its_own_back(nobody: Flask) -> None:
    timeouts.limit_process(nobody, timeouts.WORKER)
    db.engine.dispose()
    found = []
    for role in (DatabaseRole.WORKER, DatabaseRole.OPERATOR, DatabaseRole.WORKER):
        use_role(role)
        found.append(db.session.scalar(WHO))
    reset_role()
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.scalar(text("SELECT count(*) FROM quote_request"))
    assert found == [DatabaseRole.WORKER, DatabaseRole.OPERATOR, DatabaseRole.WORKER]
