"""Row 10: the statement that finds clinics for a request, beside the shortest statement there is."""

from collections.abc import Iterator
from statistics import median

from benchmarks import product, rounds, statements
from benchmarks.data.drafts import draft
from benchmarks.figures import Figure, Goal, figure
from benchmarks.progress import say
from benchmarks.registry import Run, row, words
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads.proposal import propose

TIMES = 40  # of each statement in a round
NOT_LONGER = 2000  # milliseconds of a round
AT = 100_000


def _measured(run: Run, count: int) -> tuple[list[float], list[float]]:
    """Returns the milliseconds of the routing query and of SELECT 1, a number a round."""
    with product.inside(run.cluster, run.databases.clinics(count)):
        request = draft(0)
        use_role(DatabaseRole.PATIENT, request_id=request.id)
        propose(request)  # what is loaded once a process is loaded
        with statements.seen() as found:
            propose(request)
        query = found.slowest(naming="clinic")
        times = max(3, min(TIMES, int(NOT_LONGER / query.milliseconds)))
        connection = statements.driver()
        both = [
            (
                statements.time_alone(query, times=times, connection=connection),
                statements.time_alone(statements.NOTHING, times=TIMES, connection=connection),
            )
            for _ in range(run.size.rounds)
        ]
        db.session.rollback()
    say(f"  {words(count)} clinics: {median(ours for ours, _ in both):.2f} ms of {len(found.statements)} statements")
    return [ours for ours, _ in both], [nothing for _, nothing in both]


@row(10, "routing query")
def query(run: Run) -> Iterator[Figure]:
    """The routing query / SELECT 1 in each market, and in the greatest / in the least."""
    measured = {}
    for count in run.size.clinics:
        ours, nothing = measured[count] = _measured(run, count)
        if count <= AT:
            what = f"routing query at {words(count)} clinics / SELECT 1"
            yield _beside(what, ours, nothing, goal=Goal("<=", 6), count=count)
    least, most = run.size.clinics[0], run.size.clinics[-1]
    what = f"routing query, {words(most)} / {words(least)} clinics"
    yield _beside(what, measured[most][0], measured[least][0], goal=Goal("<=", 8.5), count=most)


def _beside(what: str, ours: list[float], yardstick: list[float], *, goal: Goal, count: int) -> Figure:
    ratios = [a / b for a, b in zip(ours, yardstick, strict=True)]
    return figure(
        "10",
        what,
        value=median(ours),
        unit="ms",
        yardstick=median(yardstick),
        ratio=median(ratios),
        goal=goal,
        size=f"{words(count)} clinics",
        count=count,
        spread=rounds.spread(ratios),
    )
