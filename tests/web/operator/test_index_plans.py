"""What operators read of all requests comes from indexes, however many there are."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import operator_queries as requests
from marketplace.leads import request_actions
from marketplace.mail import operator_queries as emails
from tests.factories import Make

# In the order that an index has, or from it alone; beside each what is read by it.
READ: dict[str, Callable[[], object]] = {
    "Index Scan Backward using ix_quote_request_created_at_id": requests.requests,
    "Index Scan Backward using ix_email_created_at_id": emails.emails,
    "Index Only Scan using ix_routing_decision_outcomes": requests.shares,
    "Index Scan using ix_quote_request_open_at": lambda: request_actions.expire_due(clock.now()),
}


@pytest.mark.parametrize("scan", READ)
def test_it_comes_from_an_index(scan: str, make_request: Make) -> None:
    """Switched off is what would read or sort all: few rows are no reason to use an index."""
    make_request()
    db.session.flush()
    others = ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "incremental_sort")
    db.session.execute(text("; ".join(f"SET LOCAL enable_{other} = off" for other in others)))
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    READ[scan]()
    event.remove(db.engine, "before_cursor_execute", note)
    plans = [
        "\n".join(db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
        for statement, values in sent
        if statement.startswith("SELECT")
    ]
    assert any(scan in plan and ("Backward" not in scan or "Sort" not in plan) for plan in plans), plans
