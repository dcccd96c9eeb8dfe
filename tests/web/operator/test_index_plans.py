"""What operators read of all requests comes from indexes, however many there are."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import operator_queries as audit
from marketplace.leads import operator_queries as requests
from marketplace.leads import request_actions
from marketplace.mail import operator_queries as emails
from tests.factories import Make

# In the order that an index has, or from it alone; beside each what is read by it.
READ: dict[str, Callable[[], object]] = {
    "Index Scan Backward using ix_quote_request_created_at_id": requests.requests,
    "Index Scan Backward using ix_email_created_at_id": emails.emails,
    "Index Scan Backward using pk_routing_decision": requests.shares,
    "Index Scan Backward using ix_quote_request_created_at_id on": requests.gaps,
    "Index Scan Backward using ix_audit_entry_actor_at_id": lambda: audit.entries(audit.Filter(actor="member:x")),
    "Index Scan using ix_quote_request_open_at": lambda: request_actions.expire_due(clock.now()),
}


@pytest.mark.parametrize("scan", READ)
def test_it_comes_from_an_index(scan: str, make_request: Make) -> None:
    """Switched off is what would read or sort all: few rows are no reason to use an index."""
    make_request()
    db.session.flush()
    others = ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "incremental_sort", "sort")
    db.session.execute(text("; ".join(f"SET LOCAL enable_{other} = off" for other in others)))
    plans = plans_of(READ[scan])
    assert any(scan in plan and ("Backward" not in scan or not is_sorted(plan)) for plan in plans), plans


def plans_of(read: Callable[[], object]) -> list[str]:
    """The plans of the statements by which something is read."""
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    read()
    event.remove(db.engine, "before_cursor_execute", note)
    return [
        "\n".join(db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
        for statement, values in sent
        if statement.startswith("SELECT")
    ]


def is_sorted(plan: str) -> bool:
    """Whether rows are sorted before the newest are taken; the few that are counted may be."""
    return "Sort" in (plan.rpartition("Limit")[2] if "Aggregate" in plan else plan)
