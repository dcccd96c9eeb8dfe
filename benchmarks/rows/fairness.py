"""Row 19: whether each of many equal clinics gets its turn in a great market."""

import random
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from benchmarks import product
from benchmarks.data.drafts import LANGUAGE, PROCEDURE, draft
from benchmarks.data.market import SEED
from benchmarks.figures import Figure, Goal, figure
from benchmarks.progress import bar, say
from benchmarks.registry import Run, row, words
from marketplace.extensions import db
from marketplace.leads.candidates import read_best, request_facts
from marketplace.leads.routing import place

EQUAL, REQUESTS, MARKET = 1000, 20_000, 100_000
HISTORY = {"equal": EQUAL, "procedure": PROCEDURE, "language": LANGUAGE}
# As many that the draft may go to, none of them answered less than all others.
MAKE_EQUAL = """
UPDATE clinic SET leads_sent = 96, leads_answered = 96 WHERE id IN (
    SELECT clinic_id FROM clinic_offer JOIN procedure ON procedure.id = procedure_id
    WHERE slug = %(procedure)s AND %(language)s = ANY (languages) AND accepts_countries = '{}'
        AND required_until > current_date
    ORDER BY clinic_id LIMIT %(equal)s
) RETURNING id
"""
OTHERS = "UPDATE clinic SET leads_sent = leads_sent + 30 WHERE leads_answered * 10 > leads_sent * 9 AND id <> ALL (%s)"


@row(19, "equal clinics")
def equal(run: Run) -> Iterator[Figure]:
    """How many of 1,000 equal clinics are proposed within 20,000 requests."""
    market = min(MARKET, run.size.most_clinics)
    database = run.cluster.scratch("bench_equal", template=run.databases.clinics(market))
    with run.cluster.superuser(database) as connection:
        equals = {UUID(str(key)) for (key,) in connection.execute(MAKE_EQUAL.encode(), HISTORY)}
        connection.execute(OTHERS.encode(), [list(equals)])
        connection.execute("VACUUM ANALYZE clinic_offer")
    with product.inside(run.cluster, database):
        seen, last = _turns(equals)
        db.session.rollback()
    run.cluster.drop(database)
    say(f"  {len(seen)} of {len(equals)}, the last of them in request {last:,}")
    yield figure(
        "19",
        f"equal clinics proposed within {REQUESTS:,} requests / all of them",
        value=len(seen),
        unit="clinics",
        yardstick=len(equals),
        ratio=len(seen) / len(equals),
        goal=Goal(">=", 1),
        size=f"{words(market)} clinics",
        note=f"the last of them in request {last:,}",
    )


def _turns(equals: set[UUID]) -> tuple[set[UUID], int]:
    """Returns which of the equal clinics were proposed, and the request in which the last of them was at last."""
    dice, request = random.Random(SEED), draft(0)
    seen, last = set[UUID](), 0
    for number in bar(range(1, REQUESTS + 1), what="requests", total=REQUESTS):
        facts = replace(request_facts(request), request_id=UUID(int=dice.getrandbits(128)))
        verdicts = place(facts, read_best(request, facts))
        new = {verdict.clinic_id for verdict in verdicts if verdict.outcome == "proposed"} & equals - seen
        seen |= new
        last = number if new else last
        if seen == equals:
            break
    return seen, last
