"""Row 4: how many statements a page sends, as PostgreSQL counts them."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from benchmarks import load, product
from benchmarks.data.people import OWNER, Browser, link_to, sign_in
from benchmarks.figures import Figure, Goal, figure
from benchmarks.load import Page, WrongAnswer
from benchmarks.progress import say
from benchmarks.registry import Run, row
from benchmarks.rows.inbox import INBOX
from benchmarks.rows.pages import UNCACHED, first_slug
from benchmarks.server_log import Log, statements_of
from benchmarks.servers import Server, site
from marketplace.extensions import db

_COMPARED = """
SELECT r.id, r.ref FROM quote_request r JOIN quote q ON q.request_id = r.id AND q.state = 'sent'
GROUP BY r.id HAVING count(*) > 1 ORDER BY r.id LIMIT 1
"""
MOST = {"list": 2, "clinic": 3, "compare": 3, "inbox": 4}


@row(4, "statements a page")
def pages(run: Run) -> Iterator[Figure]:
    """Statements of list, clinic, comparison and inbox, with all that begins and ends a transaction."""
    database = run.databases.requests(run.size.requests[0])
    with statements_of(run.cluster, database) as log, site(run.cluster, database) as ours:
        wanted = {
            "list": Page("/clinics?country=tr", headers=UNCACHED),
            "clinic": Page(f"/clinic/{first_slug(run, database)}", headers=UNCACHED),
            "compare": _comparison(run, ours, database),
            "inbox": Page(INBOX, headers={"Cookie": sign_in(ours, OWNER)}),
        }
        for what, page in wanted.items():
            yield _count(log, ours, page, what)


def _count(log: Log, ours: Server, page: Page, what: str) -> Figure:
    load.check(ours, page)
    found = log.fewest(partial(load.check, ours, page))
    say(f"  {what}: {len(found)} statements")
    goal = Goal("<=", MOST[what])
    n = len(found)
    return figure(
        "4",
        f"statements of {what}",
        value=n,
        unit="statements",
        ratio=n,
        goal=goal,
        size="1 k requests",
        note=_kinds(found),
    )


def _kinds(statements: list[str]) -> str:
    """Returns how many of each kind: "1 BEGIN, 4 SELECT". An empty one asks whether the connection still stands."""
    counts = Counter(each.partition(" ")[0].rstrip(";") or "empty" for each in statements)
    return ", ".join(f"{n} {kind}" for kind, n in counts.items())


def _comparison(run: Run, ours: Server, database: str) -> Page:
    """Returns the page that puts the quotes of a request side by side, opened by its patient's link."""
    with run.cluster.superuser(database) as connection:
        found = connection.execute(_COMPARED).fetchone()
    if found is None:
        raise WrongAnswer("no request has two quotes")
    with product.inside(run.cluster, database):
        path = link_to(found[0])  # type: ignore[arg-type] # a UUID
        db.session.commit()
    browser = Browser(ours)
    browser.get(path)
    return Page(f"/my/requests/{found[1]}/compare", headers={"Cookie": browser.cookie})
