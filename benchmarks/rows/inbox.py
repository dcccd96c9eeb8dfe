"""Rows 12, 13 and 14: a clinic's inbox and an operator's trace, however many requests there are."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

from benchmarks import load, rounds
from benchmarks.data.people import OPERATOR, OWNER, sign_in
from benchmarks.data.requests import ref_of
from benchmarks.figures import CPU, Figure, Goal, figure
from benchmarks.load import Page, WrongAnswer
from benchmarks.registry import Run, row, words
from benchmarks.servers import Server, site
from marketplace.quotes.inbox import InboxPlace

INBOX = "/dashboard/leads"
LEAD = rb'href="/dashboard/leads/MQ-[A-Z0-9]+"'
SHOWN = 25
FAR = 0.9  # of the way to the end of the list
# Each filter the inbox offers; the last ones match nothing.
FILTERS = ("state=quoted", "state=won", "state=closed", "state=waiting", "unread=1", "state=won&unread=1")
# Of the clinic with most new requests: the busy one.
_FAR_PLACE = """
WITH busy AS (
    SELECT clinic_id, count(*) AS leads FROM lead WHERE inbox_tab = 'new' GROUP BY clinic_id ORDER BY leads DESC LIMIT 1
)
SELECT due_at, id FROM lead WHERE clinic_id = (SELECT clinic_id FROM busy) AND inbox_tab = 'new'
ORDER BY due_at, id OFFSET (SELECT (leads * %(far)s)::bigint FROM busy) LIMIT 1
"""
AS_CHEAP = Goal("<=", 1.10)


def _inbox(cookie: str, query: str = "") -> Page:
    return Page(f"{INBOX}?{query}".rstrip("?"), headers={"Cookie": cookie})


def _as_growth(number: str, what: str, found: rounds.Compared, *, goal: Goal, size: str) -> Figure:
    """Returns the figure of a page beside another page of the site: how many times as much it costs."""
    return figure(
        number,
        what,
        value=rounds.middle(found.site).cost,
        unit=CPU,
        yardstick=rounds.middle(found.yardstick).cost,
        ratio=found.times,
        goal=goal,
        size=size,
        spread=found.spread,
        note=rounds.note(found),
    )


def _in_turns(first: tuple[Server, Page], second: tuple[Server, Page], what: str, number: int) -> rounds.Compared:
    found = rounds.in_turns(partial(load.measure, *first), partial(load.measure, *second), rounds=number)
    rounds.tell(what, found)
    return found


@contextmanager
def _sites(run: Run, *counts: int) -> Iterator[Mapping[int, Server]]:
    """Runs the site with each of these numbers of requests."""
    names = {count: run.databases.requests(count) for count in counts}
    with ExitStack() as stack:
        yield {
            count: stack.enter_context(site(run.cluster, name, place=place))
            for place, (count, name) in enumerate(names.items())
        }


@row(12, "inbox: far page, and with many requests")
def far(run: Run) -> Iterator[Figure]:
    """A far page / the first one, and the first one at most requests / at fewer of them."""
    fewer, most = run.size.requests[-2:]
    with _sites(run, fewer, most) as ours:
        few, many = ours[fewer], ours[most]
        cookie = sign_in(many, OWNER)
        first = Page(INBOX, headers={"Cookie": cookie}, row=LEAD, rows=SHOWN)
        found = _in_turns((many, first), (many, _far_page(run, first, most)), "far page", run.size.few_rounds)
        yield _as_growth("12", "inbox, far page / first", found, goal=AS_CHEAP, size=f"{words(most)} leads")
        first_of_few = Page(INBOX, headers={"Cookie": sign_in(few, OWNER)}, row=LEAD, rows=SHOWN)
        found = _in_turns((few, first_of_few), (many, first), "many requests", run.size.few_rounds)
        what = f"inbox, {words(most)} / {words(fewer)} leads"
        yield _as_growth("12", what, found, goal=AS_CHEAP, size=f"{words(most)} leads")


def _far_page(run: Run, first: Page, leads: int) -> Page:
    """Returns the page after a place most of the way to the list's end, as the links from page to page name it."""
    with run.cluster.superuser(run.databases.requests(leads)) as connection:
        found = connection.execute(_FAR_PLACE, {"far": FAR}).fetchone()
    if found is None:
        raise WrongAnswer("the inbox is empty")
    due_at, lead_id = found
    place = InboxPlace("new", unread=False, due_at=due_at, lead_id=lead_id)  # type: ignore[arg-type] # as columns are
    return Page(f"{INBOX}?after={place}", headers=first.headers, row=LEAD, rows=SHOWN)


@row(13, "inbox: any filter")
def filters(run: Run) -> Iterator[Figure]:
    """Any filter that the inbox offers / its first page, with most requests; the dearest one is the figure."""
    most = run.size.requests[-1]
    with site(run.cluster, run.databases.requests(most)) as ours:
        cookie = sign_in(ours, OWNER)
        pages = {query: partial(load.measure, ours, _inbox(cookie, query)) for query in ("", *FILTERS)}
        found = rounds.all_in_turns(pages.pop(""), pages, rounds=run.size.few_rounds)
    for query, each in found.items():
        rounds.tell(query, each)
    worst = min(found, key=lambda query: found[query].ratio)
    what = f"inbox, dearest filter ({worst}) / first page"
    yield _as_growth("13", what, found[worst], goal=Goal("<=", 1.5), size=f"{words(most)} leads")


@row(14, "operator's trace of a request")
def trace(run: Run) -> Iterator[Figure]:
    """The page that tells where a request went, at most requests / at least."""
    least, most = run.size.requests[0], run.size.requests[-1]
    with _sites(run, least, most) as ours:
        pages = {
            count: (ours[count], Page(f"/operator/requests/{ref_of(count // 2)}", headers=_operator(ours[count])))
            for count in (least, most)
        }
        found = _in_turns(pages[least], pages[most], "trace", run.size.rounds)
    what = f"operator's trace, {words(most)} / {words(least)} requests"
    yield _as_growth("14", what, found, goal=AS_CHEAP, size=f"{words(most)} requests")


def _operator(server: Server) -> Mapping[str, str]:
    return {"Cookie": sign_in(server, OPERATOR)}
