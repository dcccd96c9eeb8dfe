"""Rows 6 and 7: the form sent, and its transaction alone, beside one statement that stores as much."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from benchmarks import pgbench, product, rounds
from benchmarks.data.forms import forms, make_drafts, scratch, send
from benchmarks.data.people import Browser
from benchmarks.figures import Figure, Goal, figure
from benchmarks.load import Sample
from benchmarks.machine import CpuCounter
from benchmarks.reference import STATEMENT_FILE
from benchmarks.registry import Run, row, words
from benchmarks.rounds import Compared
from benchmarks.rows.pages import as_figure
from benchmarks.server_log import statements_of
from benchmarks.servers import Server, reference, site
from benchmarks.turns import Act, Late, Side, once_each, timed
from marketplace.extensions import db
from marketplace.foundation.database import gathering
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads.submission import submit
from marketplace.quote_requests.models import QuoteRequest

AT = 100_000  # clinics
FORMS, PLAIN = 80, 200  # sent in a round: by browsers, to the reference
ALONE = 30  # in a round of the transaction alone
COUNTED = 3  # forms whose statements are counted; the least counts
SENT = {"adult": "y", "shown": "x" * 400, "idem": "x" * 36, "share_health": "y"}


def _count(run: Run) -> int:
    return min(AT, run.size.most_clinics)


@row(6, "final POST of the form")
def final_post(run: Run) -> Iterator[Figure]:
    """W / ours, the slowest of a hundred, and the statements."""
    size = f"{words(_count(run))} clinics"
    with scratch(run, _count(run)) as database:
        statements = _statements(run, database)
        with reference(run.cluster, database, app="posting:app") as yardstick, site(run.cluster, database) as ours:
            plain, real = _plain(yardstick), _real(run, database, ours)
            found = once_each(plain, real, rounds=run.size.rounds)
    rounds.tell("final POST", found)
    yield as_figure("6", "final POST: W / ours", found, goal=Goal(">=", 0.15), size=size)
    yield _late(real.late, plain.late, size)
    n = len(statements)
    yield figure("6", "final POST, statements", value=n, unit="statements", ratio=n, goal=Goal("<=", 12), size=size)


def _late(ours: Late, yardstick: Late, size: str) -> Figure:
    return figure(
        "6",
        "final POST, p99: ours / W",
        value=ours.p99(),
        unit="ms",
        yardstick=yardstick.p99(),
        ratio=ours.ratio(yardstick),
        goal=Goal("<=", 2.5),
        size=size,
        spread=ours.spread(yardstick),
        note=f"of {sum(map(len, ours.rounds))} forms, without the time in which they waited for a core",
    )


def _plain(yardstick: Server) -> Side:
    act = partial(send, Browser(yardstick), "/send", SENT)
    return Side(lambda: [act] * PLAIN, yardstick)


def _real(run: Run, database: str, ours: Server) -> Side:
    def prepare() -> Sequence[Act]:
        return [act for act, _fields in forms(run, database, ours, count=FORMS)]

    return Side(prepare, ours)


def _statements(run: Run, database: str) -> list[str]:
    with statements_of(run.cluster, database) as log, site(run.cluster, database) as ours:
        return min((log.during(act) for act, _fields in forms(run, database, ours, count=COUNTED)), key=len)


@row(7, "transaction of the final POST alone")
def transaction(run: Run) -> Iterator[Figure]:
    """P / ours, one client: what the site's action and its commit cost without a browser and a page."""
    found = Compared([], [])
    with scratch(run, _count(run)) as database:
        for _ in range(run.size.rounds):
            found.yardstick.append(pgbench.run(run.cluster, database, STATEMENT_FILE))
            found.site.append(_submitted(database, run))
    rounds.tell("transaction", found)
    size = f"{words(_count(run))} clinics"
    yield as_figure("7", "write transaction alone: P / ours", found, goal=Goal(">=", 0.28), size=size)


def _submitted(database: str, run: Run) -> Sample:
    """Sends drafts in this process. Each is its own transaction, as the role a patient has."""
    with product.inside(run.cluster, database):
        made = [request.id for request in make_drafts(ALONE)]
        db.session.commit()
        return timed([partial(_submit, key) for key in made], lambda: CpuCounter((os.getpid(), run.cluster.pid)))


def _submit(key: UUID) -> None:
    use_role(DatabaseRole.PATIENT, request_id=key)
    gathering.begin()
    submit(db.session.get_one(QuoteRequest, key), share_health=True, aftercare=False)
    gathering.write()
    db.session.commit()
