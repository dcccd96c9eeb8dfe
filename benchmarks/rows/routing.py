"""Row 10: the statement that finds clinics for a request, beside the shortest statement there is."""

from collections.abc import Iterator
from statistics import median

from benchmarks import product, rounds, statements
from benchmarks.data.drafts import draft
from benchmarks.figures import CPU, Figure, Goal, figure
from benchmarks.progress import say
from benchmarks.registry import Run, row, words
from benchmarks.statements import NOTHING, Timed
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads.proposal import propose

TIMES = 100  # of each statement in a round
NOT_LONGER = 1000  # milliseconds of a round
AT = 100_000


def _measured(run: Run, count: int) -> tuple[list[Timed], list[Timed]]:
    """Returns the routing query and SELECT 1, each as often as there are rounds, in turns."""
    with product.inside(run.cluster, run.databases.clinics(count)):
        request = draft(0)
        use_role(DatabaseRole.PATIENT, request_id=request.id)
        propose(request)  # what is loaded once a process is loaded
        with statements.seen() as found:
            propose(request)
        query, connection = found.slowest(naming="clinic_offer"), statements.driver()
        times = max(3, min(TIMES, int(NOT_LONGER / query.milliseconds)))
        timed = [
            [
                statements.time_alone(each, times=n, connection=connection)
                for each, n in ((query, times), (NOTHING, TIMES))
            ]
            for _ in range(run.size.rounds + 1)
        ][1:]
        db.session.rollback()
    ours, nothing = ([both[place] for both in timed] for place in (0, 1))
    say(f"  {words(count)} clinics: {_cpu(ours):.3f} ms, SELECT 1 {_cpu(nothing):.3f} ms")
    return ours, nothing


def _cpu(timed: list[Timed]) -> float:
    return median(each.cpu for each in timed)


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


def _beside(what: str, ours: list[Timed], yardstick: list[Timed], *, goal: Goal, count: int) -> Figure:
    ratios = [a.cpu / b.cpu for a, b in zip(ours, yardstick, strict=True)]
    clocks = [median(each.clock for each in side) for side in (ours, yardstick)]
    return figure(
        "10",
        what,
        value=_cpu(ours),
        unit=CPU,
        yardstick=_cpu(yardstick),
        ratio=median(ratios),
        goal=goal,
        size=f"{words(count)} clinics",
        count=count,
        spread=rounds.spread(ratios),
        note=f"on the clock {clocks[0]:.2f} ms, yardstick {clocks[1]:.2f} ms",
    )
