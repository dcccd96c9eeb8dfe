"""Operators' lists are read from an index in their order, however many requests and emails there are."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from marketplace.extensions import db
from marketplace.leads import operator_queries as requests
from marketplace.mail import operator_queries as emails
from tests.factories import Make

LISTS = {"ix_quote_request_created_at_id": requests.requests, "ix_email_created_at_id": emails.emails}


@pytest.mark.parametrize(("index", "read"), LISTS.items(), ids=["requests", "emails"])
def test_the_newest_come_from_an_index(index: str, read: Callable[[], object], make_request: Make) -> None:
    """Switched off is what would read or sort all: few rows are no reason to use an index."""
    make_request()
    db.session.flush()
    others = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
    db.session.execute(text("; ".join(f"SET LOCAL enable_{other} = off" for other in others)))
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    read()
    event.remove(db.engine, "before_cursor_execute", note)
    statement, values = next(each for each in sent if "ORDER BY" in each[0])
    plan = "\n".join(db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
    assert f"Index Scan Backward using {index}" in plan
    assert "Sort" not in plan
